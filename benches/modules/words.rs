//! Word lists for generated text, made for these benches (CC0). Frequent words first; longer words are put together.

/// How a language is written, and some of its words.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) lang: &'static str,
    /// Words of grammar, the most frequent first.
    pub(crate) frequent: &'static str,
    /// Words that say something; in Chinese and Japanese, of one letter or a few.
    pub(crate) content: &'static str,
    /// What may stand behind a word.
    pub(crate) endings: &'static str,
    pub(crate) spaced: bool,
    pub(crate) comma: &'static str,
    /// What ends a sentence, with the space to the next.
    pub(crate) stop: &'static str,
    /// Words of a sentence, least and most.
    pub(crate) length: (usize, usize),
}

pub(crate) const ALL: [Words; 7] = [
    Words {
        lang: "en",
        frequent: "the of and to a in that is was for it with as on be at by this had not are but from or have an they",
        content: "market river bridge council school winter letter garden window harbour village station history music \
                  doctor number paper summer morning forest engine travel water light stone glass copper silver paint \
                  field house street teacher worker farmer singer writer painter carry follow gather build measure \
                  return open close answer promise borrow",
        endings: "s ed er ing",
        spaced: true,
        comma: ", ",
        stop: ". ",
        length: (9, 26),
    },
    Words {
        lang: "ru",
        frequent: "и в не на что с он как это по но из за к у от для о же так все был бы до при",
        content: "рынок река мост совет школа зима письмо сад окно берег село город слово музыка врач число бумага лето \
                  утро лес мотор поход вода свет камень стекло медь серебро краска поле дом улица учитель рабочий певец \
                  нести следить собирать строить мерить вернуть открыть закрыть ответ обещать",
        endings: "а ом ы ский",
        spaced: true,
        comma: ", ",
        stop: ". ",
        length: (8, 22),
    },
    Words {
        lang: "ar",
        frequent: "في من على إلى أن هذا التي عن مع كان بعد ما لا كل بين هو قد ذلك قبل أو ثم",
        content: "سوق نهر جسر مجلس مدرسة شتاء رسالة حديقة نافذة ميناء قرية محطة تاريخ طبيب ورقة صيف صباح غابة سفر ماء ضوء \
                  حجر زجاج نحاس فضة حقل بيت شارع معلم عامل فلاح كاتب يحمل يتبع يجمع يبني يعود يفتح يغلق يجيب",
        endings: "ه ها ات ين",
        spaced: true,
        comma: "، ",
        stop: ". ",
        length: (8, 22),
    },
    Words {
        lang: "hi",
        frequent: "के में की है से को का और पर यह ने एक कि हैं लिए था भी नहीं तो हो जो इस",
        content: "बाज़ार नदी पुल परिषद विद्यालय सर्दी पत्र बगीचा खिड़की बंदरगाह गाँव स्टेशन इतिहास संगीत चिकित्सक संख्या \
                  कागज़ गर्मी सुबह जंगल इंजन यात्रा पानी रोशनी पत्थर काँच ताँबा चाँदी खेत घर सड़क शिक्षक मज़दूर किसान \
                  गायक लेखक लाना खोलना लौटना बनाना",
        endings: "ों ी वाला ता",
        spaced: true,
        comma: ", ",
        stop: "। ",
        length: (10, 26),
    },
    Words {
        lang: "zh",
        frequent: "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以 要 他 时 来 用 们 生 到 作 地 于 出",
        content: "市 河 桥 会 学 冬 信 园 窗 港 村 站 史 乐 医 数 纸 夏 晨 林 机 旅 水 光 石 玻 铜 银 画 田 屋 街 师 工 农 歌 写 \
                  带 跟 收 建 量 回 开 关 答 约 借 海 山 风 雨 雪 春 秋 路 车 船 门 书 报 言 语 文 字 线 点 面 体 力 动 能 \
                  电 火 土 木 金 星 月 日 年 天 气 色 红 白 黑 青 长 短 高 低 新 旧 远 近 多 少 强 弱",
        endings: "者 性 们",
        spaced: false,
        comma: "，",
        stop: "。",
        length: (8, 24),
    },
    Words {
        lang: "ja",
        frequent: "の に は を が と で た し て も な れ さ ある いる する から こと として これ",
        content: "市場 川 橋 会議 学校 冬 手紙 庭 窓 港 村 駅 歴史 音楽 医者 数 紙 夏 朝 森 機械 旅 水 光 石 硝子 銅 銀 絵 畑 家 \
                  通り 先生 職人 農家 歌 運ぶ 追う 集める 建てる 測る 戻る 開く 閉じる 答える 約束 借りる 海 山 風 雨 雪 春 秋 \
                  道 車 船 門 本 新聞 言葉 文字 線 点 顔 体 力 電気 火 土 木 金属 星 月 年 天気 色 赤 白 黒 青 長さ 高台 新作 古都 \
                  遠足 近所 強化 弱点 子供 女性 男性 父 母 兄 妹 友人 食事 米 魚 鶏肉 果物 珈琲 服 靴 帽子 椅子 机 写真 時計 鍵 袋 箱 買い物 \
                  販売 支払い 思考 視線 聴衆 会話 読書 作文 学習 指導 競走 散歩 座席 起立 睡眠 目覚め 飲料 好意 愛情 恐怖 希望 忘却 記憶 \
                  援助 待機 発見 捜索 送信 受信",
        endings: "的 さん たち など",
        spaced: false,
        comma: "、",
        stop: "。",
        length: (8, 24),
    },
    Words {
        lang: "th",
        frequent: "ที่ การ และ ใน เป็น ของ ได้ มี ไม่ จะ ว่า ให้ กับ แต่ นี้ จาก โดย ไป มา แล้ว",
        content: "ตลาด แม่น้ำ สะพาน สภา โรงเรียน ฤดูหนาว จดหมาย สวน หน้าต่าง ท่าเรือ หมู่บ้าน สถานี ดนตรี หมอ ตัวเลข กระดาษ \
                  เช้า ป่า เครื่องยนต์ เดินทาง แสง หิน แก้ว ทองแดง เงิน ทุ่งนา บ้าน ถนน ครู คนงาน ชาวนา นักร้อง เปิด ปิด ตอบ สร้าง ภูเขา ทะเล ฝน ลม หิมะ รถไฟ เรือ ประตู หนังสือ \
                  ข่าว ภาษา ตัวอักษร เส้น จุด ร่างกาย กำลัง ไฟฟ้า ดิน ไม้ ทอง ดาว พระจันทร์ ปี อากาศ สี แดง ขาว ดำ เขียว ยาว สั้น \
                  สูง ต่ำ เก่า ไกล ใกล้ มาก น้อย แข็ง อ่อน เด็ก ผู้หญิง ชาย พ่อ แม่ พี่ น้อง เพื่อน อาหาร ข้าว ปลา ไก่ ผลไม้ กาแฟ เสื้อ \
                  รองเท้า หมวก เก้าอี้ โต๊ะ กล้อง นาฬิกา กุญแจ ถุง กล่อง ซื้อ ขาย จ่าย คิด เห็น ฟัง พูด อ่าน เขียน เรียน สอน วิ่ง เดิน นั่ง \
                  ยืน นอน ตื่น กิน ดื่ม ชอบ รัก กลัว หวัง ลืม จำ ช่วย รอ พบ หา ส่ง รับ",
        endings: "คน ใหม่ ใหญ่",
        spaced: false,
        comma: "",
        stop: " ",
        length: (14, 24),
    },
];
