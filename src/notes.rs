//! Notes in words that encyclopedias leave in a text, in brackets: `[citation needed]`.

/// What an encyclopedia writes in brackets where a source is missing, folded.
pub(crate) const NOTES: &[&str] = &[
    "according to whom?",
    "beleg fehlt",
    "better source needed",
    "bron?",
    "by whom?",
    "carece de fontes?",
    "cita requerida",
    "citation needed",
    "clarification needed",
    "dead link",
    "dubious",
    "edit",
    "failed verification",
    "fonte?",
    "full citation needed",
    "kaynak belirtilmeli",
    "page needed",
    "quand ?",
    "qui ?",
    "senza fonte",
    "verification needed",
    "when?",
    "where?",
    "which?",
    "who?",
    "wer?",
    "źródło?",
    "źr.",
    "источник?",
    "源?",
    "来源请求",
    "來源請求",
    "要出典",
];

/// True for the words of a note, in any case.
pub(crate) fn is_note(text: &str) -> bool {
    NOTES.contains(&text.to_lowercase().as_str())
}
