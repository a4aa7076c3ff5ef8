"""What is traded in the demo: three foods, each as it is harvested and as it is sold."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.demo.numbers import gtin, lot_uri


@dataclass(frozen=True, slots=True)
class Good:
    """A trade item; `number` makes its GTIN."""

    number: int
    zh: str
    en: str
    note_zh: str

    @property
    def gtin(self) -> str:
        return gtin(self.number)

    def lot(self, name: str) -> str:
        """The canonical URI of one of its lots."""
        return lot_uri(self.number, name)


PEACHES = Good(10, "阳山水蜜桃(原果)", "Yangshan honey peaches, as picked", "湖景蜜露, 树上熟")
PEACH_BOX = Good(11, "阳山水蜜桃 4 斤礼盒", "Yangshan honey peach gift box, 2 kg", "8 只装, 单果 220 克以上")
PEACH_SECONDS = Good(12, "水蜜桃(果汁原料)", "Honey peaches for juice", "外观次级果")
PADDY_RICE = Good(20, "五常稻花香稻谷", "Wuchang paddy rice", "稻花香 2 号")
RICE_BAG = Good(21, "五常大米 5 千克", "Wuchang rice, 5 kg bag", "一级粳米")
RICE_BRAN = Good(22, "米糠", "Rice bran", "饲料用")
SHRIMP = Good(30, "东海鲜虾", "East China Sea shrimp, fresh", "哈氏仿对虾")
SHRIMP_PACK = Good(31, "舟山冷冻虾仁 500 克", "Zhoushan frozen shrimp meat, 500 g", "单冻, 净含量 500 克")

GOODS = (PEACHES, PEACH_BOX, PEACH_SECONDS, PADDY_RICE, RICE_BAG, RICE_BRAN, SHRIMP, SHRIMP_PACK)
