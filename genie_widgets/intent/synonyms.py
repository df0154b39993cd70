"""Words that mean the same in tables: groups, each member standing for the others. In several languages."""

from __future__ import annotations

from functools import lru_cache

from genie_widgets.intent.words import plain, stem

_GROUPS = """
price cost costs saleprice worth precio prix preis preco prezzo expensive cheap
sale sales revenue turnover ventas ventes umsatz vendas vendite
income salary earnings wage pay gehalt salaire sueldo
churn churned leave leaving left exit exited attrition quit cancel cancelled canceled retention abandon abandonar kundigen
default repay delinquent charged
survive survived death died dead mortality status
rating score grade quality stars points puntos
weight mass heavy peso poids gewicht
height tall length long size
temperature warm hot cold temp temperatura
late delay delayed tardy retard verspatet
fraud fraudulent scam
disease sick illness ill diagnosis condition
species kind type class category variety sort especie espece art
consumption energy usage use load
damage harm
fail failure broken breakdown fault
subscribe subscribed subscription deposit
approve approved approval accept accepted granted
location area neighborhood district city town
age old years
spam junk
rent rental
yield harvest crop
safe potable potability drink drinkable
absent absence absenteeism
mpg mileage fuel economy
remote home
married marital
gender sex
"""


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for line in _GROUPS.strip().splitlines():
        members = frozenset(stem(plain(word)) for word in line.split())
        for member in members:
            groups[member] = groups.get(member, frozenset()) | members
    return groups


def mean_the_same(one_stem: str, other_stem: str) -> bool:
    """Whether two stems stand in one group."""
    return other_stem in _groups().get(one_stem, frozenset())
