"""Columns that several kinds of record share (docs/formats/sheets.md)."""

from __future__ import annotations

from dataclasses import replace

from suyuan.sheets.model import Choice, Column, Rule, ValueType

#: Marks the example row; it stands in its note.
EXAMPLE_MARKS = ("示例-请删除", "EXAMPLE - please delete")

UNITS = (
    Choice("KGM", "千克", "kg"),
    Choice("GRM", "克", "g"),
    Choice("TNE", "吨", "t"),
    Choice("LTR", "升", "l"),
    Choice("MLT", "毫升", "ml"),
    Choice("H87", "件", "pieces"),
    Choice("CS", "箱", "cases"),
    Choice("BX", "盒", "boxes"),
    Choice("BG", "袋", "bags"),
    Choice("PF", "托", "pallets"),
)
DIRECTIONS = (Choice("input", "投入", "input"), Choice("output", "产出", "output"))
#: As `inspections` has them.
VERDICTS = (
    Choice("pass", "合格", "pass"),
    Choice("fail", "不合格", "fail"),
    Choice("none", "不判定", "none"),
)
STAGES = (
    Choice("receiving", "进货", "receiving"),
    Choice("process", "过程", "in process"),
    Choice("final", "出厂", "final"),
)
COMPARATORS = (
    Choice("<=", "≤", "at most"),
    Choice("<", "<", "below"),
    Choice(">=", "≥", "at least"),
    Choice(">", ">", "above"),
    Choice("=", "=", "is"),
    Choice("notDetected", "不得检出", "not detected"),
)


def _rule(kind: ValueType, *, required: bool = False, longest: int = 100) -> Rule:
    choices = UNITS if kind is ValueType.UNIT else ()
    return Rule(kind, required, longest, choices)


def must(column: Column) -> Column:
    """The same column, required."""
    return replace(column, rule=replace(column.rule, required=True))


def named(column: Column, zh: str, en: str, *synonyms: str) -> Column:
    """The same column under the heading that it has for one kind."""
    return replace(column, zh=zh, en=en, synonyms=(*column.synonyms, *synonyms))


PRODUCT = Column(
    "product",
    "产品条码 GTIN",
    "Product GTIN",
    _rule(ValueType.PRODUCT),
    "09520718000013",
    "8、12、13 或 14 位商品条码，单元格须为文本格式；可从下拉列表选择",
    "8, 12, 13 or 14 digits in a text cell; pick from the list",
    ("GTIN", "商品条码", "产品条码", "条码", "条形码", "产品编码", "商品编码", "产品", "Barcode", "Product"),
)
LOT = Column(
    "lot",
    "批次号",
    "Lot number",
    _rule(ValueType.LOT, longest=20),
    "SL261122A",
    "最多 20 个字母、数字或符号，不含空格和汉字；单元格须为文本格式",
    "Up to 20 letters, digits or signs, no blanks; a text cell",
    ("批号", "产品批号", "生产批号", "批次", "Lot", "Batch", "Batch number", "Lot no"),
)
QUANTITY = Column(
    "quantity",
    "数量",
    "Quantity",
    _rule(ValueType.QUANTITY),
    "1250.5",
    "大于 0 的数字，不写单位和千分位",
    "A number above 0, without unit or thousands separator",
    ("重量", "净重", "Amount", "Qty", "Weight"),
)
UNIT = Column(
    "unit",
    "单位",
    "Unit",
    _rule(ValueType.UNIT),
    "千克",
    "从下拉列表选择；斤、两会先请您确认换算",
    "Pick from the list",
    ("计量单位", "数量单位", "UoM"),
)
SITE = Column(
    "site",
    "地点 GLN",
    "Site GLN",
    _rule(ValueType.SITE, required=True),
    "9520718001010",
    "本企业已登记的地点，从下拉列表选择",
    "A registered site of yours; pick from the list",
    ("地点", "场所", "GLN", "Site", "Location"),
)
DATE = Column(
    "date",
    "日期",
    "Date",
    _rule(ValueType.DATE, required=True),
    "2026-11-22",
    "写作 2026-11-22",
    "Written 2026-11-22",
    ("发生日期", "Event date"),
)
TIME = Column(
    "time",
    "时间",
    "Time",
    _rule(ValueType.TIME),
    "08:30",
    "北京时间，写作 08:30；其他时区写作 08:30+09:00",
    "Beijing time, written 08:30; another zone as 08:30+09:00",
    ("发生时间", "时刻", "Event time"),
)
EXPIRY = Column(
    "expiry_date",
    "保质期至",
    "Best before",
    _rule(ValueType.DATE),
    "2026-12-22",
    "须晚于生产或采收日期",
    "After the day of production or harvest",
    ("到期日期", "有效期至", "失效日期", "保质期到期日", "Expiry date", "Use by"),
)
PRODUCTION = Column(
    "production_date",
    "生产日期",
    "Production date",
    _rule(ValueType.DATE),
    "2026-11-22",
    synonyms=("制造日期", "Made on", "Manufacturing date"),
)
CONTAINER = Column(
    "container",
    "托盘或箱 SSCC",
    "Container SSCC",
    _rule(ValueType.SSCC),
    "",
    "18 位物流单元代码，单元格须为文本格式",
    "18 digits in a text cell",
    ("SSCC", "托盘号", "箱号", "物流单元", "Pallet"),
)
PARTNER = Column(
    "partner",
    "交易方",
    "Partner",
    _rule(ValueType.PARTNER, required=True),
    "9520718001904",
    "已登记企业的 GLN 或统一社会信用代码，从下拉列表选择",
    "GLN or credit code of a registered company; pick from the list",
)
DOCUMENT = Column(
    "document",
    "单据编号",
    "Document number",
    _rule(ValueType.CODE, longest=60),
    "D20261122-01",
    synonyms=("单号", "单据号", "Document", "Reference"),
)
LINE = Column(
    "line",
    "行号",
    "Line",
    _rule(ValueType.CODE, longest=10),
    "1",
    "同一单据中同一批次写多行时用来区分",
    "Tells lines of one lot in one document apart",
    ("序号", "行次", "Line number", "No."),
)
TEMPERATURE = Column(
    "temperature",
    "温度（℃）",
    "Temperature (°C)",
    _rule(ValueType.NUMBER),
    "2.5",
    synonyms=("温度", "车厢温度", "产品温度", "Temperature"),
)
VEHICLE = Column(
    "vehicle",
    "车牌号",
    "Vehicle",
    _rule(ValueType.CODE, longest=20),
    "苏B·D0718",
    synonyms=("车辆", "车号", "Vehicle plate", "Truck"),
)
ITEM = Column(
    "item",
    "项目",
    "Item",
    _rule(ValueType.TEXT, required=True),
    "",
    synonyms=("检验项目", "检测项目", "检查项目", "Analyte", "Parameter"),
)
RESULT = Column(
    "result",
    "结果",
    "Result",
    _rule(ValueType.TEXT, required=True),
    "",
    "写实测值或所见，例如 0.02、未检出、完好",
    "What was measured or seen, e.g. 0.02, not detected, intact",
    ("实测值", "检验结果", "检测结果", "检查结果", "Value"),
)
LIMIT = Column(
    "limit",
    "要求或限量",
    "Limit",
    _rule(ValueType.TEXT),
    "0.1",
    synonyms=("限量", "标准要求", "标准值", "技术要求", "Requirement"),
)
COMPARATOR = Column(
    "comparator",
    "限量关系",
    "Comparison",
    Rule(ValueType.CHOICE, choices=COMPARATORS),
    "≤",
    "结果与限量的关系；不得检出时限量留空",
    "How the result must stand to the limit",
    ("比较", "符号", "Comparator"),
)
RESULT_UNIT = Column(
    "result_unit",
    "结果单位",
    "Result unit",
    Rule(ValueType.TEXT, max_length=20),
    "mg/kg",
    "结果是数字时填写，例如 mg/kg、℃",
    "Where the result is a number, e.g. mg/kg",
    ("检测结果单位", "检验单位"),
)
METHOD = Column(
    "method",
    "方法标准",
    "Method",
    Rule(ValueType.TEXT),
    "GB 5009.12-2023",
    synonyms=("检测方法", "检验方法", "检验依据", "Method standard"),
)
VERDICT = Column(
    "verdict",
    "结论",
    "Verdict",
    Rule(ValueType.CHOICE, required=True, choices=VERDICTS),
    "合格",
    synonyms=("判定", "单项判定", "检验结论", "检测结论", "Conclusion"),
)
NOTE = Column(
    "note", "备注", "Note", _rule(ValueType.TEXT, longest=200), "", synonyms=("说明", "Remarks", "Comment")
)


def text_column(name: str, zh: str, en: str, example: str, *synonyms: str, longest: int = 100) -> Column:
    """An optional text of one kind only."""
    return Column(name, zh, en, _rule(ValueType.TEXT, longest=longest), example, synonyms=synonyms)
