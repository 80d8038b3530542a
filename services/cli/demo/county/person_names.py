"""Names of people: surnames as often as in the country, given names by sex, and a few that break assumptions."""

import random
from itertools import accumulate

from shared.kernel.identifiers.resident_id import Sex

_SURNAMES = """
王715 李719 张683 刘538 陈529 杨308 黄222 赵220 周205 吴205 徐145 孙154 马131 朱125
胡132 郭115 何117 高101 林115 罗108 郑93 梁84 谢73 宋70 唐69 许66 韩61 冯64
邓62 曹57 彭57 曾57 肖57 田52 董51 袁54 潘48 于47 蒋48 蔡46 余47 杜47
叶42 程43 苏42 魏45 吕46 丁42 任42 沈41 姚39 卢39 姜38 崔37 钟40 谭38
陆36 汪38 范36 金36 石35 廖34 贾33 夏31 韦34 傅32 方32 白31 邹31 孟30
熊30 秦30 邱29 江29 尹28 薛28 阎27 段26 雷26 侯25 龙24 史24 陶24 黎24
贺23 顾23 毛23 郝23 龚23 邵23 万22 钱22 严21 覃21 武20 戴20 莫19 孔19
向19 汤18 欧阳9 上官2 诸葛1
"""
# Roughly how many of ten thousand people bear each.
_SURNAME_TEXTS = tuple(entry.rstrip("0123456789") for entry in _SURNAMES.split())
_SURNAME_WEIGHTS = tuple(
    accumulate(int(entry[len(text) :]) for entry, text in zip(_SURNAMES.split(), _SURNAME_TEXTS, strict=True))
)

_GIVEN = {
    Sex.MALE: (
        "伟强磊军勇杰涛明超刚平辉鹏华飞建国志文斌波浩宇俊峰林海东晓健龙新亮成康光天达福生仁兴旺清宁安永庆祥德忠义昌"
    ),
    Sex.FEMALE: "芳娜敏静丽艳娟霞秀英玲燕桂兰红梅雪琳洁慧颖婷玉萍莉倩蓉瑶琴云莲珍凤美花淑惠佳欣怡蕾晶妍茜宁月香爱春菊",
}

_UNUSUAL = ("买买提·艾力", "阿依古丽·吐尔逊", "扎西次仁", "陈𬱖", "林𠅤", "王㛃")
"""Transliterated with a middle dot, without surname, and with characters beyond the basic plane or hard to type."""

_UNUSUAL_SHARE = 1 / 400


def person_name(rng: random.Random, sex: Sex) -> str:
    """A full name, surname first, mostly of three characters."""
    if rng.random() < _UNUSUAL_SHARE:
        return rng.choice(_UNUSUAL)
    surname = rng.choices(_SURNAME_TEXTS, cum_weights=_SURNAME_WEIGHTS)[0]
    length = 2 if len(surname) == 2 or rng.random() < 0.84 else 1
    return surname + "".join(rng.choice(_GIVEN[sex]) for _ in range(length))
