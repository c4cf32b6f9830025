import asyncio, contextlib, random
from datetime import timedelta
import pytest
from bot.domain.signal import Severity
from bot.sandbox.fault import Effect, Rule
from bot.usecases.card import LEASE
from bot.usecases import alert as alerts
from tests.delivery.conftest import Stage
from tests.senders import *

@pytest.mark.parametrize("seed", range(60))
async def test_chaos(stage, seed):
    dice = random.Random(seed)
    names = [f"alert {n}" for n in range(8)]
    stage.sandbox.mischief.arm(*[Rule(effect=e, route=r"(POST|PATCH) .*", probability=.12, seed=seed*10+i, retry_after=1.0) for i,e in enumerate((Effect.LOST_ANSWER_500, Effect.LOST_ANSWER_RESET, Effect.RATE_LIMIT))],
        Rule(effect=Effect.STATUS, status=503, route=r"(POST|PATCH|GET) .*", probability=.08, seed=seed))
    await stage.send(*(firing(n, Severity.CRITICAL) for n in names))
    kills=0
    for _ in range(40):
        step = asyncio.create_task(stage.work())
        await asyncio.wait([step], timeout=dice.random()*0.03)
        if not step.done(): kills+=1
        step.cancel()
        with contextlib.suppress(asyncio.CancelledError, AssertionError):
            await step
        if dice.random()<.6:
            await stage.send(dice.choice((firing,resolved))(dice.choice(names), Severity.CRITICAL))
        if dice.random()<.1 and stage.shown():
            m=dice.choice(stage.shown())["id"]; stage.sandbox.person("operator").delete(m)
        stage.restart(dice.choice((timedelta(seconds=2), timedelta(seconds=40), LEASE, timedelta(minutes=8))))
    stage.sandbox.mischief.arm()
    await stage.send(*(firing(n, Severity.CRITICAL) for n in names))
    await stage.send(*(resolved(n) for n in names))
    for _ in range(6):
        stage.restart(timedelta(minutes=6))
        await stage.work()
    from collections import Counter
    import re
    ms=stage.shown()
    from bot.cards.alert import find_marker
    c=Counter(find_marker(m) for m in ms if m["embeds"])
    summons=[m for m in ms if not m["embeds"]]
    assert all(v==1 for v in c.values()), (seed,c)
    assert all("RESOLVED" in m["embeds"][0]["title"] for m in ms if m["embeds"]), [m["embeds"][0]["title"] for m in ms if m["embeds"]]
    print("seed",seed,"kills",kills,"cards",len(c),"summons",len(summons))
