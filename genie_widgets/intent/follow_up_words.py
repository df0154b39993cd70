"""What people say when they change a plan, in several languages: tables of words, not cases in code."""

from __future__ import annotations

import re

# A column is to be used again.
TAKE_BACK = re.compile(
    r"(?<!\w)(?:"
    r"(?:do(?:n['’]?t| not)|stop|no longer|not) (?:ignor\w+|drop\w*|exclud\w+|leav\w+ out|skip\w*|remov\w+|omit\w*)|"
    r"(?:bring|put|take|add|use|include|want)(?= (?:\S+ ){1,6}(?:again|back|too|as well|after all)\b)|"
    r"(?:also|rather|do|please) (?:use|include)|keep|includ\w+|re-?add|bring back|put back|take back|add back|add|"
    r"no (?:ignores|excluyas|quites)|incluye\w*|usa también|usa tambien|mant[ée]n|añade|agrega|"
    r"n['’]ignore\w* pas|garde\w*|inclu[ts]\w*|ajoute\w*|remets|"
    r"behalte?\w*|nimm|füge|verwende auch|nutze auch|"
    r"não ignor\w+|mantenha|inclua|adicione|use também|"
    r"non ignorare|mantieni|includi|aggiungi|tieni|usa anche|"
    r"не игнориру\w+|оставь\w*|верни\w*|включи\w*|добавь\w*"
    r")(?!\w)|不要忽略|别忽略|保留|加回|也用|恢复|無視しない(?:で)?|残して|戻して|含めて|무시하지 ?(?:마\w*|말\w*)|유지해?|포함해?|रखें|रखो|शामिल",
    re.IGNORECASE,
)
EVERY_COLUMN = re.compile(
    r"(?<!\w)(?:(?:use )?(?:all|every)(?: of)?(?: the| other)? (?:columns?|features?|variables?|fields?)(?: again| back)?|"
    r"everything again|todas las columnas|toutes les colonnes|alle spalten|todas as colunas|tutte le colonne|все столбцы|"
    r"все колонки)(?!\w)|所有列|全部列|(?:全て|すべて)の列|모든 (?:열|컬럼)|सभी कॉलम",
    re.IGNORECASE,
)
# A wish of another kind begins: its columns are not the ones taken back.
_OPENING = (
    r"(?:drop|ignor|exclud|remov|skip|omit|disregard|excluy|exclu|supprim|entfern|enlev|escl|исключ|убери|удали|игнор)\w*|leave out|without|"
    r"only|sin|quita|sauf|sans|ohne|nur|solo|sem|senza|без|кроме|только|忽略|不要|除了|只用|無視|除外|제외|만 사용|छोड़"
)
OPENING = re.compile(rf"(?<!\w)(?:{_OPENING})(?!\w)", re.IGNORECASE)
CLAUSE = re.compile(rf"[.;!?\n。]|(?<!\w)(?:but|pero|mais|aber|mas|ma|но|{_OPENING})(?!\w)", re.IGNORECASE)
# A comma after which another wish begins: read as the end of a clause, it keeps "drop age, use F1" two wishes.
COMMA = re.compile(
    r",(?=\s*(?:(?:and|y|et|und|e|и)\s+)?(?:use|using|optimi[sz]e|predict|split|give|take|spend|keep|make|usa|utilise|nutze|verwende|nimm)(?!\w))",
    re.IGNORECASE,
)
RANDOM = re.compile(
    r"(?<!\w)(?:random\w*|al azar|aléatoire\w*|zufällig\w*|aleat[oó]ri\w*|casual\w*|случайн\w*)(?!\w)|随机|隨機|ランダム|무작위|यादृच्छिक",
    re.IGNORECASE,
)
OTHER_CLASS = re.compile(
    r"(?<!\w)(?:the )?(?:other|opposite) (?:class|value|answer|outcome|way (?:a)?round|side)(?!\w)|la otra clase|l['’]autre classe|"
    r"die andere klasse|a outra classe|l['’]altra classe|другой класс|另一类|另一個類別|別のクラス|다른 클래스",
    re.IGNORECASE,
)
# Another column is to be predicted.
TARGET = re.compile(
    r"(?<!\w)(?:predict\w*|forecast|estimate|the target (?:is|should be)|target|i (?:meant?|want(?:ed)?)|instead(?: of \S+)?|rather|actually|"
    r"predec\w+|predic\w+|en (?:su lugar|cambio)|quería decir|prédi\w+|plut[ôo]t|à la place|je voulais dire|"
    r"vorhersag\w+|sag\w*|stattdessen|lieber|ich meinte|prever|preveja|em vez disso|quis dizer|prevedi\w*|invece|piuttosto|intendevo|"
    r"предска\w+|спрогнозируй\w*|вместо этого)(?!\w)|预测|預測|改为|而是|予測|代わりに|예측|대신|अनुमान|बजाय",
    re.IGNORECASE,
)
OTHER_ONE = re.compile(
    r"(?<!\w)(?:(?:the )?other (?:one|column)|(?:an|a different|another|not that|not this) ?(?:one|other|column)?|wrong (?:one|column)|"
    r"el otro|la otra|l['’]autre|(?:der|die|das) andere|den anderen|o outro|a outra|l['’]altr[oa]|друг(?:ой|ую|ое)|не т(?:от|у|о))(?!\w)|"
    r"另一个|另一個|不是这个|もう一つ|別の|다른 (?:것|거|열)|दूसरा",
    re.IGNORECASE,
)
UNDO = re.compile(
    r"^\W*(?:undo|revert|go back|take (?:that|it) back|never ?mind|deshaz\w*|deshacer|annule\w*|rückgängig(?: machen)?|zurück|desfaz\w*|"
    r"desfazer|annulla|отмени\w*|撤销|撤銷|取消|元に戻す|元に戻して|되돌려\w*|취소|पूर्ववत)(?:\W+(?:that|it|this|please|bitte))*\W*$",
    re.IGNORECASE,
)


def asks_to_undo(text: str) -> bool:
    """Whether a sentence asks for nothing but the plan as it was before."""
    return UNDO.match(text) is not None
