"""What people say about the task itself, in several languages: tables of words, not cases in code."""

from __future__ import annotations

import re

# Seconds in a unit, by the beginnings of its names.
TIME_UNITS: tuple[tuple[str, int], ...] = (
    (r"hours?|hrs?|h|horas?|heures?|stunden?|std|ore?|小时|時間|시간|घंटे|घंटा|час(?:а|ов)?", 3600),
    (r"minutes?|mins?|min|m|minutos?|minuten?|minuti?|分钟|分|분|मिनट|минут[аы]?", 60),
    (r"seconds?|secs?|sec|s|segundos?|secondes?|sekunden?|secondi?|秒|초|सेकंड|секунд[аы]?", 1),
)
TIME_WORDS: tuple[tuple[str, int], ...] = (
    (r"half an? hour|media hora|une demi-heure|demi-heure|halbe stunde|meia hora|mezz'?ora|半小时|полчаса", 1800),
    (r"quarter of an hour|cuarto de hora|quart d'heure|viertelstunde", 900),
    (r"an hour|one hour|una hora|une heure|eine stunde|uma hora|un'ora", 3600),
    (r"a minute|one minute|un minuto|une minute|eine minute|um minuto", 60),
    (r"(?:a )?couple of minutes", 120),
)
IGNORE = (
    r"ignor\w*|exclud\w*|without|drop(?:ping)?|leav(?:e|ing) out|except(?: for)?|don'?t use|do not use|not using|never use|"
    r"skip(?:ping)?|remov\w+|apart from|other than|everything but|all but|disregard\w*|omit\w*|"
    r"ignora\w*|sin (?:usar )?|excepto|excluye\w*|ignore[zr]?|sans|sauf|exclu\w+|ohne|ignorier\w*|auss?er|sem|exceto|senza|"
    r"忽略|不要用|除了|無視|제외|игнорир\w+|без|кроме|छोड़\w*"
)
ONLY = (
    r"(?:use|using|based|rely|relying|looking|from|with) only(?: on| at)?|only (?:use|using|with|from|look at|based on)|just (?:use|using)|"
    r"usa(?:ndo)? solo|solo con|utilise\w* (?:seulement|uniquement)|seulement avec|nur(?: mit)?|usando (?:apenas|solo|so)|"
    r"只用|仅用|だけ|만 사용|только"
)
# The clause that such a word opens ends where another one begins.
CLAUSE_END = re.compile(
    r"[.;!?\n]|,?\s+(?:and|but)\s+(?:optimi[sz]e|predict|use|tell|take|i|we|give|spend|keep|find)\b|"
    r",?\s*\b(?:in|within|for|max|about)?\s*\d+\s*(?:hours?|hrs?|h|minutes?|mins?|min|seconds?|secs?|s)\b|"
    r"\b(?:optimi[sz]e|predict|to predict|maximi[sz]e|minimi[sz]e|because|since|which|metric)\b",
    re.IGNORECASE,
)

METRICS: tuple[tuple[str, str], ...] = (
    (r"balanced accuracy", "balanced_accuracy"),
    (r"(?:macro[- ]?f1|f1[-_ ]?macro)", "f1_macro"),
    (r"(?:weighted[- ]?f1|f1[-_ ]?weighted)", "f1_weighted"),
    (r"\bf1\b|f1[- ]score", "f1"),
    (r"roc[-_ ]?auc|\bauc\b|area under (?:the )?(?:roc )?curve|auroc", "roc_auc"),
    (r"average[_ ]precision|pr[- ]?auc|precision[- ]recall", "average_precision"),
    (r"log[-_ ]?loss|cross[- ]entropy", "log_loss"),
    (r"\bmcc\b|matthews", "mcc"),
    (r"\brmse\b|root[- ]mean[- ]squared?(?:[- ]error)?", "root_mean_squared_error"),
    (r"\bmape\b|(?:mean absolute )?percent(?:age)? error|within \d+ ?%", "mean_absolute_percentage_error"),
    (r"median (?:absolute )?error", "median_absolute_error"),
    (r"\bmae\b|mean[- ]absolute[- ]error|average error", "mean_absolute_error"),
    (r"\br2\b|r\^2|r²|r[- ]squared", "r2"),
    (r"\baccuracy\b|exactitud|genauigkeit|precisao|准确率|正確率|정확도|точность", "accuracy"),
    (r"\brecall\b|sensitivity|catch (?:every|all)|don'?t miss|miss(?:ing)? (?:any|none|as few)", "recall"),
    (r"\bprecision\b|false alarms?|false positives?", "precision"),
    (r"pinball|quantile loss", "pinball_loss"),
)
FAST = r"\b(?:quick(?:ly)?|fast|rough(?:ly)?|rapido|rapide\w*|schnell|veloce|rapida?)\b|快速|быстро"
BEST = r"as accurate(?:ly)? as possible|best (?:possible )?(?:model|quality|result|accuracy)|highest (?:quality|accuracy)|most accurate|(?:lo|le) mas preciso|so genau wie moglich"
QUANTILES = (
    r"quantiles?|percentiles?|prediction intervals?|cuantil\w*|quantil\w*|upper and lower|worst case and best case"
)
NUMBER_ASKED = (
    r"how (?:much|many|long|high|warm|hot|old|tall|big|heavy|far)|cuant[oa]s?|combien|wie ?viel\w*|quant[oai]s?"
)

# Not a prediction of a column; (pattern, reason, words). The embedded planner would answer another question.
REFUSALS: tuple[tuple[str, str, str], ...] = (
    (
        r"\bcluster\w*|\bsegment (?:my|the|our|customers|users)|customer segments|group (?:similar|the customers|customers) |(?:find|make|build|form|discover|identify) (?:me )?(?:the |some |natural |similar )*(?:groups|segments) (?:of|among|in|within)\b|agrupar|regrouper",
        "clustering",
        "finding groups",
    ),
    (
        r"next (?:\d+ )?(?:days?|weeks?|months?|quarters?|years?)\b.*\b(?:forecast|predict)|\b(?:forecast|predict|project)\b.*\b(?:for the )?(?:next|coming|following) (?:\d+ )?(?:days?|weeks?|months?|quarters?|years?)|tomorrow'?s",
        "forecasting",
        "a forecast of rows that are not in the table yet",
    ),
    (
        r"what causes|\bcausal|cause of|caused by|effect of .+ on|impact of .+ on|uplift|would happen if we|treatment effect",
        "causal",
        "the effect of doing something",
    ),
    (
        r"\b(?:delete|erase|drop|remove) (?:all |the |every )?(?:rows?|records?|table|data|duplicates|database)|clean (?:up )?(?:the|this|my) (?:data|table)|fill (?:in )?(?:the )?missing|rename (?:the )?column|deduplicate",
        "editing",
        "changing the table",
    ),
    (
        r"\b(?:anomal\w+|outliers?) detection|(?:find|detect|spot|show)\w* (?:the |any )?(?:anomal\w+|outliers?)",
        "anomalies",
        "finding odd rows",
    ),
    (r"\brecommend (?:products|movies|items)|recommender|recommendation system", "recommending", "recommending items"),
    (
        r"\b(?:write|generate|give me|show me) (?:me )?(?:a |an |some |the )?(?:sql|python|code|script|poem|essay|story|email)|\bsql query",
        "writing",
        "writing text or code",
    ),
    (
        r"^\s*(?:hi|hello|hey|hola|bonjour|hallo|thanks|thank you|how are you|who are you|what can you do)\b[\s!?.,]*(?:there|genie)?[\s!?.]*$|tell me a joke|what'?s the weather",
        "chat",
        "a talk",
    ),
    (
        r"\b(?:plot|draw|chart|graph|visuali[sz]e|summari[sz]e|describe|average|mean|count|sum|how many rows|list all|show (?:me )?all|sort|filter)\b(?!.*\b(?:predict|classif|will|which|model|estimate|error|precision)\b)",
        "reporting",
        "a summary or a picture of the table",
    ),
)
