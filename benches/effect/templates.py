"""Pages of made-up sites around articles, as a crawler that keeps the text of each element on a line (WET) would see them.

The words of the templates were written for this. In them `{…}` is what differs from page to page: a date, a name, a number, the titles
of other pages of the site; `{site}`, its name; and all else is the same on all pages of a site, or of all sites of a language.
"""

import random

# For each language: the menu, what stands above and below the article, and names. Each item of `below` is on some sites only.
LANGUAGES = {
    "en": {
        "menu": ["Home", "News", "Politics", "Business", "Culture", "Sport", "Weather", "About us", "Contact", "Log in", "Subscribe"],
        "above": [
            "We use cookies to measure how our pages are used and to show you advertising that suits you. You can change your choice at any time.",
            "{site} » {section} » {title}",
            "Published on {date} by {name} | {number} comments",
        ],
        "below": [
            "Share this page: Facebook X WhatsApp E-mail Print",
            "Sign up for the newsletter of {site} and read the most important stories every morning before breakfast.",
            "Read more",
            "{related}",
            "The opinions in the comments are those of their writers and need not be shared by the editors of {site}.",
            "This article has been read {number} times.",
            "No part of this page may be reproduced without written permission of the publisher.",
            "© {year} {site}. All rights reserved.",
            "Terms of use | Privacy | Imprint | Accessibility | Site map",
        ],
        "names": ["Anna Miller", "Tom Becker", "Grace Okafor", "Li Wei", "Peter Novak", "Sara Lindgren", "James Walsh"],
    },
    "es": {
        "menu": ["Inicio", "Noticias", "Política", "Economía", "Cultura", "Deportes", "El tiempo", "Quiénes somos", "Contacto", "Iniciar sesión"],
        "above": [
            "Utilizamos cookies propias y de terceros para mejorar nuestros servicios y mostrarle publicidad relacionada con sus preferencias.",
            "{site} » {section} » {title}",
            "Publicado el {date} por {name} | {number} comentarios",
        ],
        "below": [
            "Compartir: Facebook X WhatsApp Correo Imprimir",
            "Suscríbase al boletín de {site} y reciba cada mañana las noticias más importantes en su correo.",
            "Noticias relacionadas",
            "{related}",
            "Los comentarios son responsabilidad de sus autores y no reflejan la opinión de la redacción de {site}.",
            "Esta noticia ha sido leída {number} veces.",
            "Queda prohibida la reproducción total o parcial de los contenidos sin autorización expresa de la editorial.",
            "© {year} {site}. Todos los derechos reservados.",
            "Aviso legal | Política de privacidad | Accesibilidad | Mapa del sitio",
        ],
        "names": ["Ana Molina", "Tomás Vega", "Lucía Herrero", "Pedro Rojas", "Marta Gil", "Jaime Soler"],
    },
    "de": {
        "menu": ["Startseite", "Nachrichten", "Politik", "Wirtschaft", "Kultur", "Sport", "Wetter", "Über uns", "Kontakt", "Anmelden"],
        "above": [
            "Wir verwenden Cookies, um die Nutzung unserer Seiten auszuwerten und Ihnen passende Werbung zu zeigen. Sie können Ihre Wahl jederzeit ändern.",
            "{site} » {section} » {title}",
            "Veröffentlicht am {date} von {name} | {number} Kommentare",
        ],
        "below": [
            "Teilen: Facebook X WhatsApp E-Mail Drucken",
            "Melden Sie sich für den Newsletter von {site} an und lesen Sie jeden Morgen die wichtigsten Meldungen.",
            "Mehr zum Thema",
            "{related}",
            "Die Kommentare geben nicht die Meinung der Redaktion von {site} wieder.",
            "Dieser Artikel wurde {number} Mal gelesen.",
            "Jede Vervielfältigung bedarf der schriftlichen Genehmigung des Verlags.",
            "© {year} {site}. Alle Rechte vorbehalten.",
            "Impressum | Datenschutz | Nutzungsbedingungen | Barrierefreiheit",
        ],
        "names": ["Anna Müller", "Jonas Becker", "Clara Vogt", "Peter Lang", "Mia Hofmann", "Karl Brandt"],
    },
    "vi": {
        "menu": ["Trang chủ", "Thời sự", "Chính trị", "Kinh tế", "Văn hóa", "Thể thao", "Thời tiết", "Giới thiệu", "Liên hệ", "Đăng nhập"],
        "above": [
            "Chúng tôi sử dụng cookie để đo lường việc sử dụng trang web và hiển thị quảng cáo phù hợp với bạn.",
            "{site} » {section} » {title}",
            "Đăng ngày {date} bởi {name} | {number} bình luận",
        ],
        "below": [
            "Chia sẻ: Facebook X Zalo Email In trang",
            "Đăng ký nhận bản tin của {site} để đọc những tin quan trọng nhất vào mỗi buổi sáng.",
            "Tin liên quan",
            "{related}",
            "Ý kiến bình luận là của người viết và không nhất thiết thể hiện quan điểm của ban biên tập {site}.",
            "Bài viết này đã được đọc {number} lần.",
            "Nghiêm cấm sao chép nội dung dưới mọi hình thức khi chưa có sự đồng ý bằng văn bản của tòa soạn.",
            "© {year} {site}. Bảo lưu mọi quyền.",
            "Điều khoản sử dụng | Bảo mật | Sơ đồ trang",
        ],
        "names": ["Nguyễn An", "Trần Minh", "Lê Hoa", "Phạm Dũng", "Hoàng Lan"],
    },
    "ko": {
        "menu": ["홈", "뉴스", "정치", "경제", "문화", "스포츠", "날씨", "회사 소개", "문의하기", "로그인"],
        "above": [
            "저희는 이용 현황을 분석하고 맞춤형 광고를 제공하기 위하여 쿠키를 사용합니다. 설정은 언제든지 바꾸실 수 있습니다.",
            "{site} » {section} » {title}",
            "{date} {name} 기자 작성 | 댓글 {number}개",
        ],
        "below": [
            "공유하기: 페이스북 카카오톡 이메일 인쇄",
            "{site} 소식지를 구독하시면 매일 아침 가장 중요한 기사를 전자우편으로 받아 보실 수 있습니다.",
            "관련 기사",
            "{related}",
            "댓글의 내용은 작성자 개인의 의견이며 {site} 편집국의 입장과 다를 수 있습니다.",
            "이 기사는 {number}번 읽혔습니다.",
            "본 사이트의 모든 기사는 저작권법의 보호를 받으며 무단 전재와 복사 및 배포를 금합니다.",
            "© {year} {site}. 모든 권리 보유.",
            "이용약관 | 개인정보 처리방침 | 사이트맵",
        ],
        "names": ["김민수", "이서연", "박지훈", "최유진", "정하늘"],
    },
    "zh": {
        "menu": ["首页", "新闻", "政治", "经济", "文化", "体育", "天气", "关于我们", "联系方式", "登录"],
        "above": [
            "本网站使用缓存文件来分析访问情况并为您提供合适的广告，您可以随时更改您的选择。",
            "{site} » {section} » {title}",
            "发布日期：{date} 作者：{name} 评论：{number}条",
        ],
        "below": [
            "分享到：微信 微博 电子邮件 打印",
            "欢迎订阅{site}的电子简报，每天早晨为您送上最重要的新闻。",
            "相关阅读",
            "{related}",
            "评论内容仅代表作者本人的观点，不代表{site}编辑部的立场。",
            "本文已被阅读{number}次。",
            "未经本网站书面授权，任何单位和个人不得转载、摘编或以其他方式使用上述作品。",
            "© {year} {site} 版权所有",
            "使用条款 | 隐私政策 | 网站地图",
        ],
        "names": ["王小明", "李丽", "张伟", "陈静", "刘洋"],
    },
    "ja": {
        "menu": ["ホーム", "ニュース", "政治", "経済", "文化", "スポーツ", "天気", "会社概要", "お問い合わせ", "ログイン"],
        "above": [
            "当サイトでは、利用状況の分析と広告の表示のためにクッキーを使用しています。設定はいつでも変更できます。",
            "{site} » {section} » {title}",
            "{date} {name} 記 | コメント{number}件",
        ],
        "below": [
            "この記事を共有する：フェイスブック ライン メール 印刷",
            "{site}のメールマガジンに登録すると、毎朝もっとも大切な記事をお届けします。",
            "関連記事",
            "{related}",
            "コメントは投稿者個人の意見であり、{site}編集部の見解を示すものではありません。",
            "この記事は{number}回読まれました。",
            "当サイトに掲載されている記事・写真などの無断転載を禁じます。",
            "© {year} {site} 無断複写・転載を禁じます。",
            "利用規約 | プライバシーポリシー | サイトマップ",
        ],
        "names": ["佐藤一郎", "鈴木花子", "高橋健", "田中美咲", "山本大輔"],
    },
}


class Site:
    """A template: which lines of its language it has, and in which order its menu stands."""

    def __init__(self, language, number, random):
        words = LANGUAGES[language]
        self.words = words
        self.name = f"{random.choice(['Daily', 'Metro', 'Nova', 'Delta', 'Aurora', 'Vista'])} {number + 1}"
        menu = random.sample(words["menu"], random.randint(6, len(words["menu"])))
        # the menu is a line for each item on some sites, and one line on others
        self.menu = menu if random.random() < 0.5 else [" | ".join(menu)]
        self.above = [line for line in words["above"] if random.random() < 0.85]
        self.below = [line for line in words["below"] if random.random() < 0.75]

    def lines(self, which, title, titles, random):
        section = random.choice(self.words["menu"])
        for line in which:
            if line == "{related}":
                yield from random.sample(titles, min(len(titles), random.randint(2, 5)))
                continue
            date = f"{random.randint(1, 28)}.{random.randint(1, 12)}.20{random.randint(10, 25)}"
            values = {"site": self.name, "section": section, "title": title, "date": date}
            yield line.format(**values, name=random.choice(self.words["names"]), number=random.randint(2, 4000), year=2025)

    def page(self, title, titles, random):
        """What stands before the article, and behind it."""
        before = [*self.menu, *self.lines(self.above, title, titles, random)]
        return "".join(line + "\n" for line in before), "".join("\n" + line for line in self.lines(self.below, title, titles, random))


def title_of(article):
    """On one line; without one, the first words."""
    return " ".join((article["title"] or article["text"][:70]).split()).strip()


def pages(articles, copied, seed):
    """Wraps articles, {"id", "lang", "title", "text"}: gives pages with where in the bytes of the text their article is, and whether it has
    stood on an earlier page of another site. The share `copied` of them does so."""
    rng = random.Random(seed)
    of_language = {}
    for article in articles:
        of_language.setdefault(article["lang"], []).append(article)
    out = []
    for language in sorted(of_language):
        if language not in LANGUAGES:
            raise SystemExit(f"{language}: there is no template in this language; write one into LANGUAGES in templates.py")
        group = of_language[language]
        # few sites have most of the pages
        sites = [Site(language, number, rng) for number in range(max(2, len(group) // 60))]
        weights = [1 / (rank + 1) for rank in range(len(sites))]
        placed = [(article, rng.choices(range(len(sites)), weights)[0]) for article in group]
        titles = [[] for _ in sites]
        for article, site in placed:
            titles[site].append(title_of(article))
        again = [(article, rng.randrange(len(sites))) for article, _ in placed if rng.random() < copied]
        out.extend((article, sites[site], titles[site]) for article, site in placed + again)
    rng.shuffle(out)
    seen = set()
    for number, (article, site, titles) in enumerate(out):
        # one line break between lines, as in WET
        text = "\n".join(line for line in article["text"].split("\n") if line.strip())
        title = title_of(article)
        before, behind = site.page(title, titles or [title], rng)
        start = len(before.encode())
        # a made-up day that takes nothing from the random numbers
        page = {
            "id": str(number),
            "lang": article["lang"],
            "site": f"{article['lang']} {site.name}",
            "date": f"2026-11-{1 + number % 28:02}",
            "text": before + text + behind,
        }
        yield page, (start, start + len(text.encode())), article["id"] in seen
        seen.add(article["id"])
