import dataclasses

import pytest

from bot.actions.variants import Variants
from bot.domain.errors import NotAllowed, OverLimit
from bot.domain.job import Job
from bot.domain.limits import Limits
from bot.domain.models import MODEL
from tests.actions.house import HERE, LIMITS, House
from tests.db.orders import PLENTY, order, person


def variants_of(house: House, limits: Limits = LIMITS) -> Variants:
    return Variants(
        imagine=house.imagine,
        store=house.store,
        dispatcher=house.dispatcher,
        communities=house.communities,
        limits=limits,
        clock=house.clock,
    )


async def asked(house: House, clarity: int = 2048, n: int = 2) -> Job:
    job = order(n=n)
    job = dataclasses.replace(job, request=dataclasses.replace(job.request, clarity=clarity, style="ink"))
    await house.store.add(job, PLENTY)
    return job


@pytest.mark.parametrize(("clarity", "sharper"), [(1024, 2048), (2048, 4096)])
async def test_hd_is_the_next_clarity_on_the_pressers_account(house: House, clarity: int, sharper: int) -> None:
    job = await asked(house, clarity)
    report = await variants_of(house).hd(job.id, author=person("bob"), destination=HERE)
    assert report.job.request == dataclasses.replace(job.request, clarity=sharper)
    assert (report.job.parent_id, report.job.author.user_id) == (job.id, "bob")


async def test_hd_of_the_highest_is_refused(house: House) -> None:
    job = await asked(house, 4096)
    with pytest.raises(NotAllowed, match="hd-largest"):
        await variants_of(house).hd(job.id, author=person(), destination=HERE)


async def test_a_shape_changes_the_ratio_alone(house: House) -> None:
    job = await asked(house)
    report = await variants_of(house).shape(job.id, MODEL.ratios.index("16:9"), author=person(), destination=HERE)
    assert report.job.request == dataclasses.replace(job.request, ratio="16:9")
    assert report.job.parent_id == job.id


@pytest.mark.parametrize("index", [None, -1, 0, 5, 999])
async def test_no_other_shape(house: House, index: int | None) -> None:
    job = await asked(house)
    with pytest.raises(NotAllowed, match="no-such-shape"):
        await variants_of(house).shape(job.id, index, author=person(), destination=HERE)


async def test_not_from_elsewhere(house: House) -> None:
    job = await asked(house)
    stranger = person("bob", "elsewhere")
    for pressing in (
        variants_of(house).hd(job.id, author=stranger, destination=HERE),
        variants_of(house).shape(job.id, 4, author=stranger, destination=HERE),
        variants_of(house).more(job.id, person=stranger),
    ):
        with pytest.raises(NotAllowed, match="job-gone"):
            await pressing


async def test_the_price_is_what_is_then_counted(house: House) -> None:
    job = await asked(house, n=2)
    bob = person("bob")
    weighed = variants_of(house, dataclasses.replace(LIMITS, weights={4096: 3}))
    view = await weighed.more(job.id, person=bob)
    assert (view.shape.points, view.shape.left, view.shape.fits) == (2, 14, True)
    assert view.hd is not None
    assert (view.hd.points, view.hd.left) == (6, 14)
    await weighed.shape(job.id, 4, author=bob, destination=HERE)
    assert (await weighed.more(job.id, person=bob)).shape.left == 14 - view.shape.points


async def test_what_does_not_fit_is_told_before_and_refused_after(house: House) -> None:
    job = await asked(house, n=4)
    variants = variants_of(house)
    for _ in range(3):
        await variants.shape(job.id, 4, author=person("bob"), destination=HERE)
    price = (await variants.more(job.id, person=person("bob"))).shape
    assert (price.points, price.left, price.fits) == (4, 2, False)
    with pytest.raises(OverLimit):
        await variants.shape(job.id, 4, author=person("bob"), destination=HERE)


async def test_there_is_no_price_for_what_is_not_offered(house: House) -> None:
    job = await asked(house, 4096)
    assert (await variants_of(house).more(job.id, person=person())).hd is None
    unlimited = variants_of(house, Limits(user_daily=None))
    assert (await unlimited.more(job.id, person=person())).shape.left is None
