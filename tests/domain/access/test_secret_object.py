import pytest

from bot.domain.access.redaction import redact
from bot.domain.access.secret_object import names_secret_object


@pytest.mark.parametrize("name", ["secret", "secret_name", "secret_key", "exported_secret"])
def test_among_labels_of_a_metric_the_name_of_a_secret_is_no_secret(name: str) -> None:
    fields: dict[str, object] = {"alertname": "CertExpires", name: "shop-tls"}
    assert names_secret_object(name, "shop-tls", fields)
    assert redact(fields).value == fields


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        ("hunter2", {}),  # nothing says that it is a label
        ("Hunter2!", {"alertname": "x"}),  # Kubernetes would not take it for a name
        ("16c7e42f292c6912e7710c838347ae178b4a", {"namespace": "x"}),  # made by chance
        (5, {"namespace": "x"}),
    ],
)
def test_anything_else_under_such_a_name_stays_one(value: object, fields: dict[str, object]) -> None:
    assert not names_secret_object("secret", value, fields)
    assert redact({"secret": value, **fields}).value == {"secret": "[redacted]", **fields}
