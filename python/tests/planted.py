"""Articles in several scripts with known repeats, made by rule: the same on every machine."""

from __future__ import annotations

import random
from typing import Any

# Invented; each with its language, so that words and digits are those of the script.
SENTENCES: dict[str, list[str]] = {
    "en": [
        "The harbour board approved a new pier for the fishing fleet on Tuesday.",
        "Heavy rain washed out the road between the mill and the old quarry.",
        "About 1,250 visitors came to the lantern festival in spite of the cold.",
        "The library will stay open until nine on weekdays from next month.",
        "Engineers found a crack in the third arch of the railway viaduct.",
    ],
    "fr": [
        "Le conseil a voté la rénovation du marché couvert lundi soir.",
        "La fête du village a réuni 2 400 personnes malgré l'orage.",
        "Le pont restera fermé aux camions jusqu'à la fin du printemps.",
        "Les pêcheurs demandent une nouvelle digue à l'entrée du port.",
    ],
    "ru": [
        "Городской совет утвердил проект новой набережной во вторник.",
        "Сильный дождь размыл дорогу между мельницей и карьером.",
        "На празднике фонарей побывало около 1 250 гостей.",
        "Библиотека будет работать до девяти часов вечера по будням.",
    ],
    "ar": [
        "وافق المجلس البلدي على مشروع الرصيف الجديد يوم الثلاثاء.",
        "جرفت الأمطار الغزيرة الطريق بين الطاحونة والمحجر القديم.",
        "حضر المهرجان نحو ١٢٥٠ زائرا رغم برودة الطقس.",
    ],
    "hi": [
        "नगर परिषद ने मंगलवार को नए घाट की योजना को मंज़ूरी दी।",
        "भारी बारिश से मिल और पुरानी खदान के बीच की सड़क बह गई।",
        "दीप उत्सव में लगभग १,२५० लोग आए।",
    ],
    "zh": [
        "市议会周二批准了新码头的建设方案，工程将于明年春天开始。",
        "大雨冲毁了磨坊和旧采石场之间的道路，交通一度中断。",
        "尽管天气寒冷，灯会仍吸引了约一千二百名游客前来观赏。",
    ],
    "ja": [
        "市議会は火曜日に新しい桟橋の建設計画を承認した。",
        "大雨で水車小屋と古い採石場の間の道路が流された。",
        "寒さにもかかわらず、灯籠祭りには約千二百人が訪れた。",
    ],
    "th": [
        "สภาเมืองอนุมัติแผนก่อสร้างท่าเรือแห่งใหม่เมื่อวันอังคาร",
        "ฝนตกหนักทำให้ถนนระหว่างโรงสีกับเหมืองหินเก่าขาด",
    ],
}


def articles(count: int, seed: int = 7) -> list[dict[str, Any]]:
    """So many articles of two paragraphs; about half of the sentences stand in an earlier one."""
    rng = random.Random(seed)
    out = []
    for number in range(count):
        lang = rng.choice(sorted(SENTENCES))
        paragraphs = []
        for _ in range(2):
            said = [rng.choice(SENTENCES[lang]) for _ in range(rng.randint(1, 3))]
            if rng.random() < 0.5:
                said.append(f"{rng.choice(SENTENCES[lang])[:-1]} {number}.")
            paragraphs.append(("" if lang in ("zh", "ja", "th") else " ").join(said))
        out.append({"id": f"{lang}-{number}", "lang": lang, "site": f"site{number % 5}", "text": "\n\n".join(paragraphs)})
    return out
