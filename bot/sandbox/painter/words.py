"""What a prompt asks for, as far as a painter without a model can tell: words, in English and Chinese."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .colours import Colour, rgb


@dataclass(frozen=True, slots=True)
class Brief:
    """What to paint. Empty strings leave the choice to the painter."""

    scene: str
    mood: str
    subjects: tuple[str, ...]
    weather: frozenset[str]
    tint: Colour | None
    moon: bool
    sun: bool


_SUBJECTS: Mapping[str, str] = {
    "lighthouse": "lighthouse 灯塔",
    "fox": "fox foxes 狐狸 狐",
    "wolf": "wolf wolves husky 狼 哈士奇",
    "dog": "dog dogs puppy corgi shiba 狗 小狗 柴犬 柯基",
    "cat": "cat cats kitten kitty 猫 小猫",
    "rabbit": "rabbit bunny hare 兔 兔子",
    "horse": "horse horses pony unicorn stallion 马 骏马 独角兽",
    "astronaut": "astronaut astronauts cosmonaut spaceman 宇航员 航天员 太空人",
    "robot": "robot robots android mech 机器人 机甲",
    "rocket": "rocket spaceship spacecraft 火箭 飞船",
    "boat": "boat boats ship sailboat ships yacht 船 帆船 小舟",
    "castle": "castle castles fortress palace 城堡 宫殿",
    "cabin": "cabin house cottage hut barn 小屋 房子 木屋 屋",
    "balloon": "balloon balloons 气球 热气球",
    "tree": "tree oak willow bonsai cherry blossom sakura 树 樱花 大树",
    "person": "man woman girl boy person samurai knight wizard traveler hiker queen king child portrait"
    " 人 女孩 男孩 少女 武士 骑士 旅人 孩子",
    "bird": "bird birds eagle crane swallow gull seagull 鸟 鹤 鹰 海鸥",
}
_SCENES: Mapping[str, str] = {
    "city": "city cityscape skyline street skyscraper tokyo shanghai york cyberpunk downtown metropolis"
    " 城市 都市 街道 街 赛博朋克 上海 摩天",
    "space": "space galaxy planet planets nebula mars lunar cosmos cosmic universe 太空 宇宙 星球 银河 火星 月球",
    "sea": "sea ocean wave waves beach coast harbor harbour shore lake river island whale ship boat"
    " 海 大海 海洋 海浪 海边 沙滩 湖 河 岛",
    "forest": "forest woods jungle pine pines woodland 森林 树林 丛林 松",
    "mountain": "mountain mountains peak peaks alps himalaya volcano cliff valley 山 雪山 群山 山脉 火山",
    "desert": "desert dune dunes sahara 沙漠 沙丘",
    "meadow": "meadow field fields flower flowers garden grass farm hill hills village 草原 草地 花 花园 田野 田 村庄",
}
_MOODS: Mapping[str, str] = {
    "storm": "storm stormy thunder lightning tempest hurricane 暴风雨 风暴 雷 闪电",
    "neon": "neon cyberpunk synthwave vaporwave futuristic 霓虹 霓虹灯 赛博朋克 未来",
    "night": "night midnight moon moonlight moonlit stars starry dark aurora 夜 夜晚 夜景 月 月光 星空 极光",
    "dusk": "sunset dusk evening twilight golden 日落 黄昏 夕阳 傍晚 晚霞",
    "dawn": "dawn sunrise morning 日出 清晨 早晨 黎明 朝阳",
    "autumn": "autumn fall leaves maple 秋 秋天 枫",
    "winter": "winter snow snowy ice icy frozen christmas 冬 冬天 雪 冰",
    "space": "space galaxy nebula mars lunar cosmos 太空 宇宙 银河",
    "day": "day sunny noon summer spring blue-sky 白天 晴 晴天 夏 春 春天",
}
_WEATHER: Mapping[str, str] = {
    "rain": "rain rainy raining storm stormy wet 雨 雨夜 下雨 暴风雨",
    "lightning": "storm lightning thunder thunderstorm 闪电 雷 暴风雨",
    "snow": "snow snowy snowing blizzard 雪 下雪",
    "fog": "fog foggy mist misty haze 雾 迷雾",
    "aurora": "aurora borealis northern-lights 极光",
}
_COLOURS: Mapping[str, str] = {
    "d9343b": "red crimson scarlet ruby 红",
    "2f6fd6": "blue azure cobalt sapphire 蓝",
    "2f9e63": "green emerald jade 绿",
    "f2b632": "yellow gold golden amber 黄 金色",
    "f0772b": "orange 橙 橘",
    "7d4ed6": "purple violet lavender lilac 紫",
    "f06fa6": "pink rose magenta 粉",
    "1fb5b5": "teal cyan turquoise 青",
    "8a8f98": "grey gray silver monochrome 灰 银",
}
_PLACES: Mapping[str, str] = {
    "lighthouse": "sea",
    "boat": "sea",
    "fox": "forest",
    "wolf": "forest",
    "rabbit": "meadow",
    "dog": "meadow",
    "cat": "city",
    "horse": "meadow",
    "astronaut": "space",
    "rocket": "space",
    "robot": "city",
    "castle": "mountain",
    "cabin": "mountain",
    "balloon": "mountain",
    "tree": "meadow",
    "person": "mountain",
    "bird": "mountain",
}


def read(prompt: str) -> Brief:
    """Find out what a prompt asks for."""
    text = prompt.casefold()
    words = frozenset(re.findall(r"[a-z]+", text))
    subjects = _found(_SUBJECTS, words, text)
    scenes = _found(_SCENES, words, text)
    moods = _found(_MOODS, words, text)
    colours = _found(_COLOURS, words, text)
    scene = scenes[0] if scenes else _PLACES.get(subjects[0] if subjects else "", "")
    if "astronaut" in subjects and not set(scenes) & {"city", "sea", "forest"}:
        scene = "space"
    mood = moods[0] if moods else ""
    if scene == "space":
        mood = "space"
    elif not scene and mood:
        scene = "mountain"
    return Brief(
        scene=scene,
        mood=mood,
        subjects=tuple(subjects),
        weather=frozenset(_found(_WEATHER, words, text)),
        tint=rgb(colours[0]) if colours else None,
        moon=bool({"moon", "moonlight", "moonlit"} & words) or "月" in text,
        sun=bool({"sun", "sunset", "sunrise", "sunny"} & words) or "日" in text or "阳" in text,
    )


def _found(table: Mapping[str, str], words: frozenset[str], text: str) -> list[str]:
    """Give the keys of the table that the prompt names, in the table's order."""
    return [
        key
        for key, names in table.items()
        if any(name in words if name.isascii() else name in text for name in names.split())
    ]
