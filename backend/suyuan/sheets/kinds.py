"""The templates: what each kind of record is asked for (docs/formats/sheets.md says the same to people)."""

from __future__ import annotations

import hashlib

from suyuan.kernel.canonical import canonical_json
from suyuan.sheets import columns as c
from suyuan.sheets.columns import must, named, text_column
from suyuan.sheets.model import Column, RecordKind, Rule, Template, ValueType

_WHOLE_GOODS = (must(c.PRODUCT), must(c.LOT), must(c.QUANTITY), must(c.UNIT))
_GOODS = (c.PRODUCT, c.LOT, c.QUANTITY, c.UNIT)

_HARVEST = (
    *_WHOLE_GOODS,
    named(c.SITE, "采收地点 GLN", "Harvest site GLN", "采收地点", "产地 GLN"),
    named(c.DATE, "采收日期", "Harvest date", "收获日期", "捕捞日期"),
    named(c.TIME, "采收时间", "Harvest time", "收获时间"),
    text_column("origin", "产地", "Origin", "江苏省无锡市", "产地名称", "Place of origin"),
    text_column("plot", "地块或塘口编号", "Plot", "3号地块", "地块", "塘口", "圈舍", longest=50),
    text_column("variety", "品种", "Variety", "白凤", "品种名称"),
    c.EXPIRY,
    Column(
        "certificate",
        "承诺达标合格证编号",
        "Conformity certificate",
        Rule(ValueType.CODE, max_length=60),
        "HGZ20261122001",
        synonyms=("合格证编号", "合格证号", "Certificate number"),
    ),
    c.DOCUMENT,
    c.NOTE,
)
_PROCESSING = (
    must(named(c.DOCUMENT, "加工单号", "Process number", "生产单号", "工单号", "Process")),
    Column(
        "direction",
        "投入或产出",
        "Input or output",
        Rule(ValueType.CHOICE, required=True, choices=c.DIRECTIONS),
        "投入",
        "同一加工单号的各行合成一次加工，至少一行投入、一行产出",
        "All rows of one process number are one process: at least one input and one output",
        ("方向", "类型", "投入产出", "Direction"),
    ),
    *_WHOLE_GOODS,
    named(c.SITE, "加工地点 GLN", "Processing site GLN", "加工地点", "生产地点"),
    named(c.DATE, "加工日期", "Processing date"),
    named(c.TIME, "加工时间", "Processing time", "完成时间"),
    c.PRODUCTION,
    c.EXPIRY,
    text_column("production_line", "生产线", "Production line", "一号线", "产线", longest=50),
    c.NOTE,
)
_PACKING = (
    *_WHOLE_GOODS,
    named(c.SITE, "包装地点 GLN", "Packing site GLN", "包装地点"),
    named(c.DATE, "包装日期", "Packing date", "装箱日期"),
    named(c.TIME, "包装时间", "Packing time", "装箱时间"),
    c.CONTAINER,
    Column(
        "packed_product",
        "包装后产品条码 GTIN",
        "Packed product GTIN",
        Rule(ValueType.PRODUCT),
        "09520718000020",
        "装进托盘或箱只填 SSCC；换成新的包装规格时填这四列",
        "Fill these four when the packs are a new product; for a pallet give its SSCC only",
        ("包装后产品", "成品条码", "成品 GTIN"),
    ),
    Column(
        "packed_lot",
        "包装后批次号",
        "Packed lot",
        Rule(ValueType.LOT, max_length=20),
        "SLB261122",
        synonyms=("成品批号", "包装批号", "成品批次号"),
    ),
    Column(
        "packed_quantity",
        "包装后数量",
        "Packed quantity",
        Rule(ValueType.QUANTITY),
        "500",
        synonyms=("成品数量",),
    ),
    Column(
        "packed_unit",
        "包装后单位",
        "Packed unit",
        Rule(ValueType.UNIT, choices=c.UNITS),
        "盒",
        synonyms=("成品单位",),
    ),
    c.PRODUCTION,
    c.EXPIRY,
    c.NOTE,
)
_DISPATCH = (
    must(named(c.DOCUMENT, "发货单号", "Dispatch note", "送货单号", "出库单号")),
    c.LINE,
    *_GOODS,
    c.CONTAINER,
    named(c.SITE, "发货地点 GLN", "Dispatch site GLN", "发货地点", "发货仓"),
    named(c.DATE, "发货日期", "Dispatch date", "出库日期"),
    must(named(c.TIME, "发货时间", "Dispatch time", "出库时间")),
    named(c.PARTNER, "收货方", "Receiver", "收货单位", "客户", "承运人", "Consignee"),
    Column(
        "destination",
        "收货地点 GLN",
        "Destination GLN",
        Rule(ValueType.GLN),
        "9520718001911",
        synonyms=("收货地点", "收货仓"),
    ),
    c.VEHICLE,
    named(c.TEMPERATURE, "装车温度（℃）", "Loading temperature (°C)", "装车温度", "发货温度"),
    c.NOTE,
)
_RECEIPT = (
    must(named(c.DOCUMENT, "送货单号", "Delivery note", "收货单号", "入库单号")),
    c.LINE,
    named(c.PARTNER, "发货方", "Sender", "发货单位", "供应商", "供货商", "Supplier"),
    *_GOODS[:2],
    Column(
        "dispatched_quantity",
        "发货数量",
        "Quantity dispatched",
        Rule(ValueType.QUANTITY),
        "1250.5",
        "送货单上的数量",
        "As on the delivery note",
        ("应收数量", "送货数量"),
    ),
    named(c.QUANTITY, "实收数量", "Quantity received", "收货数量", "入库数量"),
    c.UNIT,
    c.CONTAINER,
    named(c.SITE, "收货地点 GLN", "Receiving site GLN", "收货地点", "收货仓"),
    named(c.DATE, "收货日期", "Receiving date", "到货日期", "入库日期"),
    must(named(c.TIME, "收货时间", "Receiving time", "到货时间", "入库时间")),
    c.VEHICLE,
    named(c.TEMPERATURE, "到货温度（℃）", "Arrival temperature (°C)", "到货温度", "收货温度"),
    c.NOTE,
)
_INSPECTION = (
    must(named(c.DOCUMENT, "检查单号", "Inspection number", "验收单号", "检验单号")),
    Column(
        "stage",
        "检查环节",
        "Stage",
        Rule(ValueType.CHOICE, required=True, choices=c.STAGES),
        "进货",
        synonyms=("环节", "检验类型"),
    ),
    must(c.PRODUCT),
    must(c.LOT),
    named(c.QUANTITY, "检查数量", "Quantity inspected", "抽检数量"),
    c.UNIT,
    named(c.SITE, "检查地点 GLN", "Inspection site GLN", "检查地点"),
    named(c.DATE, "检查日期", "Inspection date", "检验日期", "验收日期"),
    named(c.TIME, "检查时间", "Inspection time", "检验时间"),
    named(c.ITEM, "检查项目", "Item inspected"),
    c.RESULT,
    c.RESULT_UNIT,
    c.COMPARATOR,
    c.LIMIT,
    c.VERDICT,
    c.NOTE,
)
_TEST = (
    must(named(c.DOCUMENT, "报告编号", "Report number", "检测报告编号", "检验报告编号", "报告号")),
    must(c.PRODUCT),
    must(c.LOT),
    named(c.SITE, "检测地点 GLN", "Test site GLN", "检测地点", "实验室"),
    named(c.DATE, "签发日期", "Date of issue", "报告日期", "检测日期"),
    must(text_column("sample", "样品编号", "Sample number", "YP20261120-07", "样品号", longest=60)),
    Column(
        "sampled",
        "抽样日期",
        "Sampling date",
        Rule(ValueType.DATE, required=True),
        "2026-11-20",
        synonyms=("采样日期", "取样日期"),
    ),
    named(c.ITEM, "检测项目", "Analyte"),
    c.METHOD,
    c.RESULT,
    c.RESULT_UNIT,
    c.COMPARATOR,
    c.LIMIT,
    c.VERDICT,
    Column(
        "cma",
        "CMA 证书编号",
        "CMA number",
        Rule(ValueType.CODE, max_length=30),
        "220012345678",
        synonyms=("CMA", "资质认定证书编号"),
    ),
    Column(
        "cnas", "CNAS 注册号", "CNAS number", Rule(ValueType.CODE, max_length=30), "L1234", synonyms=("CNAS",)
    ),
    c.NOTE,
)


def _template(
    kind: RecordKind, zh: str, en: str, columns: tuple[Column, ...], key: tuple[str, ...]
) -> Template:
    read = [
        [
            each.name,
            each.rule.type,
            each.rule.required,
            each.rule.max_length,
            [choice.code for choice in each.rule.choices],
        ]
        for each in columns
    ]
    digest = hashlib.sha256(canonical_json([kind, read, list(key)])).hexdigest()[:16]
    return Template(kind, 1, zh, en, columns, key, digest)


TEMPLATES: dict[RecordKind, Template] = {
    each.kind: each
    for each in (
        _template(RecordKind.HARVEST, "采收记录", "Harvest", _HARVEST, ("product", "lot")),
        _template(
            RecordKind.PROCESSING,
            "加工记录",
            "Processing",
            _PROCESSING,
            ("document", "direction", "product", "lot"),
        ),
        _template(
            RecordKind.PACKING,
            "包装记录",
            "Packing",
            _PACKING,
            ("product", "lot", "container", "packed_product", "packed_lot", "date", "time"),
        ),
        _template(
            RecordKind.DISPATCH,
            "发货记录",
            "Dispatch",
            _DISPATCH,
            ("document", "line", "product", "lot", "container"),
        ),
        _template(
            RecordKind.RECEIPT,
            "收货记录",
            "Receipt",
            _RECEIPT,
            ("document", "line", "partner", "product", "lot", "container"),
        ),
        _template(
            RecordKind.INSPECTION,
            "检查记录",
            "Inspection",
            _INSPECTION,
            ("document", "product", "lot", "item"),
        ),
        _template(
            RecordKind.TEST,
            "检测结果",
            "Test results",
            _TEST,
            ("document", "product", "lot", "sample", "item", "method"),
        ),
    )
}
