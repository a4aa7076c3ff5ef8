"""Who takes part in the demo: twelve made-up companies with their sites."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.demo.numbers import credit_code, party_uri, site_uri


@dataclass(frozen=True, slots=True)
class Site:
    """A place; `number` makes its GLN."""

    number: int
    zh: str
    en: str
    city: str

    @property
    def uri(self) -> str:
        return site_uri(self.number)


@dataclass(frozen=True, slots=True)
class Actor:
    """A party; `number` makes its GLN, `credit` its unified social credit code."""

    number: int
    zh: str
    en: str
    roles: tuple[str, ...]
    credit: str
    site: Site

    @property
    def uri(self) -> str:
        return party_uri(self.number)


ORCHARD = Actor(
    100,
    "无锡桃源里水蜜桃专业合作社",
    "Taoyuanli Honey Peach Cooperative, Wuxi",
    ("producer",),
    credit_code("93", "320206", "MA1TAYX0"),
    Site(101, "阳山桃源里果园三号地块", "Taoyuanli orchard, plot 3, Yangshan", "无锡"),
)
PACKER = Actor(
    110,
    "无锡晨露鲜果分选有限公司",
    "Morning Dew Fruit Packing, Wuxi",
    ("processor",),
    credit_code("91", "320206", "MA1XDFJ1"),
    Site(111, "晨露分选包装车间", "Morning Dew packing house", "无锡"),
)
PADDY = Actor(
    120,
    "五常稻香湾水稻种植专业合作社",
    "Daoxiangwan Rice Growers Cooperative, Wuchang",
    ("producer",),
    credit_code("93", "230184", "MA1DFDM7"),
    Site(121, "稻香湾二号田", "Daoxiangwan field 2", "五常"),
)
MILL = Actor(
    130,
    "五常长粒坊米业有限公司",
    "Changlifang Rice Mill, Wuchang",
    ("processor",),
    credit_code("91", "230184", "MA1JHMY8"),
    Site(131, "长粒坊碾米车间", "Changlifang mill", "五常"),
)
TRAWLER = Actor(
    140,
    "舟山晓潮远洋捕捞有限公司",
    "Xiaochao Fishing, Zhoushan",
    ("producer",),
    credit_code("91", "330900", "MA1YHYY9"),
    Site(141, "晓潮 608 号渔船", "Vessel Xiaochao 608", "舟山"),
)
SHELLER = Actor(
    150,
    "舟山白浪水产加工有限公司",
    "Bailang Seafood Processing, Zhoushan",
    ("processor",),
    credit_code("91", "330900", "MA1HXJG1"),
    Site(151, "白浪速冻车间", "Bailang freezing plant", "舟山"),
)
TRUCKS = Actor(
    160,
    "江南雪线冷链物流有限公司",
    "Snowline Cold Chain, Jiangnan",
    ("carrier",),
    credit_code("91", "320200", "MA1JNLL2"),
    Site(161, "雪线冷藏车 苏B·D0718", "Snowline reefer truck D0718", "无锡"),
)
RAIL = Actor(
    170,
    "哈尔滨北驰联运有限公司",
    "Beichi Intermodal, Harbin",
    ("carrier",),
    credit_code("91", "230100", "MA1BLWL2"),
    Site(171, "北驰集装箱场站", "Beichi container yard", "哈尔滨"),
)
STORE = Actor(
    180,
    "上海穹顶冷藏仓储有限公司",
    "Dome Cold Storage, Shanghai",
    ("warehouse",),
    credit_code("91", "310115", "MA1XCCC3"),
    Site(181, "穹顶一号冷库", "Dome cold store 1", "上海"),
)
SHOP = Actor(
    190,
    "上海拾味鲜生电子商务有限公司",
    "Shiwei Fresh E-Commerce, Shanghai",
    ("retailer",),
    credit_code("91", "310105", "MA1XYYX4"),
    Site(191, "拾味鲜生前置仓 静安店", "Shiwei dark store, Jing'an", "上海"),
)
LABORATORY = Actor(
    200,
    "华东谷雨食品检测中心",
    "Guyu Food Testing Centre, East China",
    ("laboratory",),
    credit_code("12", "310000", "MA1HDJC5"),
    Site(201, "谷雨检测中心实验室", "Guyu laboratory", "上海"),
)
INSPECTOR = Actor(
    210,
    "苏州明鉴检验认证有限公司",
    "Mingjian Inspection and Certification, Suzhou",
    ("inspector",),
    credit_code("91", "320500", "MA1XJRX6"),
    Site(211, "明鉴驻场检验点", "Mingjian field office", "苏州"),
)

ACTORS = (
    ORCHARD,
    PACKER,
    PADDY,
    MILL,
    TRAWLER,
    SHELLER,
    TRUCKS,
    RAIL,
    STORE,
    SHOP,
    LABORATORY,
    INSPECTOR,
)
