"""Sentences that name columns to leave out, or to keep to, in eleven languages, crossed with names of many shapes."""

# {t} is the target; {a}, {b}, {c} are other columns. "-" leaves them out, "+" keeps to them.
TEMPLATES = """
-|en|predict {t}, ignore {a}, {b} and {c}
-|en|Predict {t} without {a} and {b}.
-|en|predict {t} but leave out {a}
-|en|{t}, no {a}
-|en|{t} from everything but {a} and {b}
-|en|Use everything except {a}, {b} to predict {t}
-|en|predict {t}. Don't use {a} or {b}.
-|en|Please forecast {t}; {a} and {b} should be excluded.
-|en|Without looking at {a}, estimate {t}
-|en|predict {t} and drop the {a} column
-|en|drop {a} and {b}, then predict {t}
-|en|ignoring {a}, what will {t} be?
-|en|I want {t}. {a} and {b} must not be used.
-|en|estimate {t}, {a} is not available in production
-|en|predict {t} (not {a}, not {b})
-|en|predict {t} using all columns other than {a}
-|en|{t} please, keep {a} and {b} out of it
-|en|predict {t}. Exclude: {a}, {b}, {c}
-|en|predict {t} w/o {a}
-|en|predict {t} - skip {a} & {b}
-|en|We can't use {a} for legal reasons. Predict {t}.
-|en|predict {t}; neither {a} nor {b} may be used
+|en|predict {t} using only {a}, {b} and {c}
+|en|predict {t} only from {a} and {b}
+|en|Only use {a} and {b} to predict {t}
+|en|use just {a}, {b} for {t}
+|en|{t} based solely on {a} and {b}
+|en|predict {t} with {a} and {b} only
+|en|Predict {t}. The only inputs are {a}, {b} and {c}.
+|en|predict {t} with nothing but {a} and {b}
+|en|restrict the features to {a} and {b}, target {t}
+|en|Estimate {t}. Features: {a}, {b}, {c}
-|es|predecir {t} sin {a} ni {b}
-|es|Predice {t}, ignora {a}, {b} y {c}.
-|es|predecir {t} sin usar {a} ni {b}
-|es|quiero {t}, pero no uses {a} ni {b}
-|es|{t} con todo menos {a} y {b}
-|es|predecir {t}; no tengas en cuenta {a}
-|es|Predecir {t} excluyendo {a} y {b}
-|es|predice {t} dejando fuera {a} y {b}
+|es|predecir {t} usando solo {a} y {b}
+|es|Predice {t} únicamente con {a}, {b} y {c}
+|es|usa solamente {a} y {b} para predecir {t}
+|es|predecir {t} solo a partir de {a} y {b}
-|fr|prédire {t} sans {a} ni {b}
-|fr|Prédis {t} en ignorant {a}, {b} et {c}
-|fr|prédire {t} sans utiliser {a} ni {b}
-|fr|je veux {t}, n'utilise pas {a} ni {b}
-|fr|{t} avec tout sauf {a} et {b}
-|fr|Prédire {t} ; ne pas prendre en compte {a} et {b}.
-|fr|prédire {t}, exclure {a} et {b}
-|fr|prédire {t} en laissant de côté {a}
+|fr|prédire {t} uniquement avec {a} et {b}
+|fr|Prédire {t} en utilisant seulement {a}, {b} et {c}
+|fr|n'utilise que {a} et {b} pour prédire {t}
+|fr|prédire {t} à partir de {a} et {b} uniquement
-|de|{t} vorhersagen ohne {a} und {b}
-|de|Sage {t} voraus, ignoriere {a}, {b} und {c}.
-|de|Bitte {t} vorhersagen, {a} und {b} weglassen
-|de|{t} schätzen, aber {a} nicht verwenden
-|de|{t} mit allem außer {a} und {b} vorhersagen
-|de|{t} vorhersagen; {a} und {b} dürfen nicht verwendet werden
-|de|Lass {a} und {b} weg und sage {t} voraus
-|de|Sage {t} voraus, ohne {a} zu benutzen
-|de|{t} bitte, {a} spielt keine Rolle
+|de|{t} nur mit {a} und {b} vorhersagen
+|de|Benutze nur {a}, {b} und {c}, um {t} vorherzusagen
+|de|{t} ausschließlich anhand von {a} und {b} schätzen
+|de|verwende lediglich {a} und {b} für {t}
-|pt|prever {t} sem {a} nem {b}
-|pt|Preveja {t}, ignore {a}, {b} e {c}.
-|pt|prever {t} sem usar {a} e {b}
-|pt|quero {t}, mas não use {a} nem {b}
-|pt|{t} com tudo menos {a} e {b}
-|pt|prever {t}, excluindo {a} e {b}
-|pt|prever {t} deixando de fora {a}
+|pt|prever {t} usando apenas {a} e {b}
+|pt|Preveja {t} somente com {a}, {b} e {c}
+|pt|use só {a} e {b} para prever {t}
-|it|prevedere {t} senza {a} e {b}
-|it|Prevedi {t}, ignora {a}, {b} e {c}.
-|it|prevedi {t} senza usare {a} né {b}
-|it|voglio {t}, ma non usare {a} e {b}
-|it|{t} con tutto tranne {a} e {b}
-|it|prevedere {t} escludendo {a} e {b}
-|it|prevedi {t} lasciando fuori {a}
+|it|prevedere {t} usando solo {a} e {b}
+|it|Prevedi {t} soltanto con {a}, {b} e {c}
+|it|usa solo {a} e {b} per prevedere {t}
-|zh|预测{t}，不要用{a}和{b}
-|zh|预测{t}，忽略{a}、{b}和{c}
-|zh|除了{a}和{b}，用其他列预测{t}
-|zh|预测{t}，{a}和{b}不要用
-|zh|去掉{a}和{b}，预测{t}
-|zh|不考虑{a}，预测{t}
-|zh|预测{t}，排除{a}
+|zh|只用{a}和{b}预测{t}
+|zh|预测{t}，只使用{a}、{b}和{c}
+|zh|仅根据{a}和{b}预测{t}
-|ja|{a}と{b}を除いて{t}を予測してください
-|ja|{t}を予測して。{a}と{b}は使わないで
-|ja|{a}、{b}、{c}を無視して{t}を予測
-|ja|{a}を使わずに{t}を予測して
-|ja|{t}を予測したい。{a}は除外してください
-|ja|{a}以外で{t}を予測
-|ja|{a}と{b}なしで{t}を予測して
+|ja|{a}と{b}だけで{t}を予測して
+|ja|{a}、{b}のみを使って{t}を予測してください
+|ja|{t}を予測して。{a}と{b}だけ使って
-|ko|{a}와 {b}를 제외하고 {t} 예측해줘
-|ko|{t} 예측. {a}와 {b}는 쓰지 마
-|ko|{a}, {b}, {c} 빼고 {t}를 예측해 주세요
-|ko|{t}를 예측하되 {a}는 사용하지 마세요
-|ko|{a} 없이 {t} 예측
-|ko|{a}와 {b}는 무시하고 {t}를 예측해
+|ko|{a}와 {b}만 사용해서 {t} 예측
+|ko|{t} 예측해줘. {a}와 {b}만 써
+|ko|오직 {a}와 {b}로만 {t}를 예측해줘
-|hi|{a} और {b} को छोड़कर {t} का अनुमान लगाओ
-|hi|{t} की भविष्यवाणी करो, {a} और {b} को छोड़ दो
-|hi|{a} के बिना {t} का अनुमान लगाएं
-|hi|{t} का अनुमान लगाओ, {a} का उपयोग न करें
-|hi|{t} का अनुमान लगाइए। {a} और {b} मत लेना
-|hi|{a}, {b} और {c} को हटाकर {t} की भविष्यवाणी करें
+|hi|केवल {a} और {b} से {t} का अनुमान लगाओ
+|hi|{t} का अनुमान सिर्फ़ {a} और {b} से लगाओ
+|hi|सिर्फ {a}, {b} और {c} का उपयोग करके {t} की भविष्यवाणी करें
-|ru|предскажи {t} без {a} и {b}
-|ru|Предсказать {t}, игнорируя {a}, {b} и {c}.
-|ru|предскажи {t}, не используй {a} и {b}
-|ru|спрогнозируй {t} по всем столбцам, кроме {a} и {b}
-|ru|предскажи {t}, {a} и {b} не учитывать
-|ru|исключи {a} и {b}, предскажи {t}
-|ru|{t}, не учитывая {a}
+|ru|предскажи {t} только по {a} и {b}
+|ru|используй только {a}, {b} и {c}, чтобы предсказать {t}
+|ru|спрогнозируй {t} исключительно на основе {a} и {b}
"""
# The first of each row is the target; names are said as they stand.
NAMES = """
price | engine_size | body_type | owner_id | n_doors
SalePrice | LotArea | YearBuilt | Neighborhood | GarageType
Sale Price | Lot Area | Year Built | Street Name | Garage Type
monthly fee | phone number | date of birth | zip code | contract length
Précio final | Código postal | Número de baños | Año | Tamaño
Größe | Straße | Baujahr | Fläche in m² | PLZ
総額 | 駅からの距離 | 面積 | 築年数 | 物件番号
价格 | 小区名称 | 建筑面积 | 楼层 | 房屋编号
월세 | 전용면적 | 건축년도 | 매물번호 | 층수
कीमत | क्षेत्रफल | कमरे | मकान संख्या | शहर
Стоимость | Площадь кухни | Район | Номер дома | Этаж
yield (t/ha) | N [kg] | P2O5 | field.no | rain-mm
"""


def cases():
    """Give (sign, language, sentence, target, the other columns it names, the table's columns) of every crossing."""
    made = []
    for line in NAMES.strip().splitlines():
        names = [name.strip() for name in line.split("|")]
        t, a, b, c, _ = names
        for template in TEMPLATES.strip().splitlines():
            sign, language, text = template.split("|", 2)
            named = [x for x, slot in ((a, "{a}"), (b, "{b}"), (c, "{c}")) if slot in text]
            made.append((sign, language, text.format(t=t, a=a, b=b, c=c), t, named, names))
    return made
