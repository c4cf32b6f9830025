"""``/token``: who may use the API, seen and ended in Discord."""

from datetime import timedelta

from bot.usecases.admin import project as projects
from bot.usecases.admin import token as tokens
from tests.cogs.stage import Stage
from tests.senders import ANNA


async def test_tokens_are_listed_and_one_is_let_out(stage: Stage) -> None:
    operator = stage.person("operator")
    assert "No program may" in str((await operator.command("token list"))["message"])
    await tokens.add(stage.desk, "worker", [], actor=ANNA, roles=["agent"], expires_in=timedelta(days=9))
    await projects.add(stage.desk, "shop", actor=ANNA)
    await tokens.add(stage.desk, "theirs", ["alerts.read"], actor=ANNA, project="shop")
    text = (await operator.command("token list"))["message"]["embeds"][0]["description"]
    assert all(word in text for word in ("`worker`", "never used", "expires", "alerts.claim, alerts.ack"))
    assert "theirs" not in text
    refused = await stage.person("responder").command("token revoke", {"name": "worker"})
    assert "🔒" in refused["message"]["content"]
    done = await operator.command("token revoke", {"name": "worker"})
    assert "worker opens nothing more" in done["message"]["content"]
    assert [each.name for each in await tokens.listing(stage.desk)] == ["theirs"]
    missing = await operator.command("token revoke", {"name": "worker"})
    assert "no token worker" in str(missing["message"])
