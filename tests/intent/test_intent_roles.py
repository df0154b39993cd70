"""Columns to leave out, or to keep to, as people say it: written for this, by people who did not know the phrases."""

import pytest

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.planner import plan_from_prompt
from genie_widgets.schema import ColumnProfile, TableProfile

N_ROWS = 5000


def _table(columns):
    """ "name:kind" each; a number unless it says otherwise."""
    made = []
    for told in columns.split():
        name, _, kind = told.partition(":")
        n = {"id": N_ROWS, "boolean": 2, "category": 12, "date": 900}.get(kind, 500)
        made.append(ColumnProfile(name=name, kind=kind or "number", dtype="object", n_distinct=n))
    return TableProfile(name="table.csv", n_rows=N_ROWS, n_sampled=N_ROWS, columns=tuple(made))


CHURN = _table(
    "customer_id:id full_name:text email:text signup_date:date zip_code:category age monthly_fee support_calls "
    "last_login:date cancel_reason:category churned:boolean"
)
SCHOOL = _table(
    "student_id:id first_name:text school:category study_hours math_score reading_score writing_score passed:boolean"
)
LOAN = _table("application_no:id first_name:text last_name:text annual_income loan_amount default_flag:boolean")
HOTEL = _table(
    "reserva_id:id nombre_cliente:text noches precio_noche pais:category motivo_cancelacion:category cancelada:boolean"
)
ORDERS = _table("订单编号:id 客户姓名:text 电话:text 年龄 单价 下单日期:date 是否退货:boolean")


@pytest.mark.parametrize(
    ("table", "sentence", "left_out"),
    [
        # By what several names share.
        (LOAN, "will the loan default? throw away the names", {"first_name", "last_name"}),
        (LOAN, "predict default_flag without the name columns", {"first_name", "last_name"}),
        (SCHOOL, "will a student pass? ignore all three scores", {"math_score", "reading_score", "writing_score"}),
        (SCHOOL, "predict the math score but not from the other scores", {"reading_score", "writing_score"}),
        (CHURN, "will they churn? never mind the name", {"full_name"}),
        # By what they hold.
        (CHURN, "which customers cancel? ignore all the dates", {"signup_date", "last_login"}),
        (CHURN, "churn prediction please, no date columns", {"signup_date", "last_login"}),
        (CHURN, "who will churn? the id is useless", {"customer_id"}),
        (HOTEL, "que reservas se van a cancelar? sin el id", {"reserva_id"}),
        (ORDERS, "预测是否退货，不要用编号", {"订单编号"}),
        # In other words, and with what is meant standing before.
        (CHURN, "churn, but I don't trust the support calls column so take it out", {"support_calls"}),
        (CHURN, "who will leave us? the zip shouldn't play a part", {"zip_code"}),
        (CHURN, "Which customers churn?  (email excluded)", {"email"}),
        (CHURN, "predict churned w/out zip code", {"zip_code"}),
        (SCHOOL, "predict whether they pass, don't let the school influence it", {"school"}),
        (HOTEL, "cancelada, pero el país no debe contar", {"pais"}),
        (ORDERS, "预测退货，日期就别管了", {"下单日期"}),
        (ORDERS, "哪些订单会退货？姓名和电话不能用", {"客户姓名", "电话"}),
        # A name in brackets tells what stands before it.
        (HOTEL, "¿se cancelará? No uses la causa (motivo_cancelacion), por favor", {"motivo_cancelacion"}),
        # What is wished for before a "but" is not on the list that follows.
        (CHURN, "बताओ कौन churned होगा, पर email और zip code मत देखना", {"email", "zip_code"}),
    ],
)
def test_columns_are_left_out_however_it_is_said(table, sentence, left_out):
    found = find_constraints(sentence, table)
    target = table.columns[-1].name if "math" not in sentence else "math_score"
    found.without_target(target)

    assert set(found.ignore) == left_out
    assert not found.features
    # The words that say so can be shown.
    assert all(note.quote in sentence for note in found.evidence if note.field == "ignore")


@pytest.mark.parametrize(
    ("table", "sentence", "kept"),
    [
        (CHURN, "I want to know who leaves, just going by age and the monthly fee", {"age", "monthly_fee"}),
        (CHURN, "can support calls alone tell us who churns?", {"support_calls"}),
        (LOAN, "predict defaults using nothing else than income and loan amount", {"annual_income", "loan_amount"}),
        (HOTEL, "¿se cancelará? solo con las noches y el precio", {"noches", "precio_noche"}),
        (CHURN, "predict churn from age, fee and zip code", {"age", "monthly_fee", "zip_code"}),
        (CHURN, "determine who churns, considering exclusively the age and the monthly fee", {"age", "monthly_fee"}),
        (HOTEL, "prevedere la cancellazione esclusivamente da noches e precio_noche", {"noches", "precio_noche"}),
    ],
)
def test_columns_are_kept_to_however_it_is_said(table, sentence, kept):
    found = find_constraints(sentence, table)

    assert set(found.features) == kept
    assert not found.ignore


@pytest.mark.parametrize(
    "sentence",
    [
        "Does age matter for churn?",
        "Customers with many support calls and a low monthly fee: who churns?",
        "We only began recording the last login last year. Who will churn?",
        "Do those without a zip code leave more often? Predict churned.",
    ],
)
def test_columns_that_are_only_spoken_of_stay(sentence):
    found = find_constraints(sentence, CHURN)

    assert (found.ignore, found.features) == ([], [])


def test_the_target_is_not_left_out_with_its_like():
    plan = plan_from_prompt(SCHOOL, "predict the math score but not from the other scores")

    assert plan.target == "math_score"
    assert {"reading_score", "writing_score"} <= set(plan.ignore)
    assert "math_score" not in plan.ignore


def test_what_pandas_calls_unnamed_is_the_index():
    table = TableProfile(
        name="t.csv",
        n_rows=N_ROWS,
        n_sampled=N_ROWS,
        columns=tuple(
            ColumnProfile(name=name, kind="number", dtype="float64", n_distinct=500)
            for name in ("Unnamed: 0", "rooms", "price")
        ),
    )

    assert find_constraints("predict price, skip that unnamed index column", table).ignore == ["Unnamed: 0"]
