"""The sockets of the house. A newcomer reads this page first: everything with a library behind it plugs in here.

 platforms → actions → JobStore, Dispatcher
 engine    → ImageModel, PictureStore, JobStore → ChatPlatform

Each implementation passes the contract suite of its port in tests/contract/.
"""

from bot.domain.ports.chat import ChatPlatform, GalleryChannel, ModeratorChannel
from bot.domain.ports.clock import Clock
from bot.domain.ports.community_store import CommunityStore, NewAudit
from bot.domain.ports.dispatcher import Dispatcher
from bot.domain.ports.gallery import (
    MOST_FOUND,
    Gallery,
    GalleryFilter,
    GalleryPage,
    GalleryQuery,
    Opinion,
    ResultQuery,
)
from bot.domain.ports.image_model import (
    AccountState,
    ImageModel,
    Make,
    ModelPicture,
    ModelTask,
    TaskListing,
    TaskState,
)
from bot.domain.ports.installed_communities import InstalledCommunityStore, RemovedCommunity
from bot.domain.ports.interactions import ANSWERED_WITHIN, LeftInteraction, TakenInteractions
from bot.domain.ports.job_store import Draft, JobStore
from bot.domain.ports.ledger import UsageDay, UsageFilter, UsageGroup, UsageLedger, UsageRow
from bot.domain.ports.locks import Locks
from bot.domain.ports.personal_data import Expired, ForgottenBatch, PersonalData
from bot.domain.ports.pictures import Arrivals, FittedPicture, PictureReader, PictureStore, Room, SheetMaker, Tile
from bot.domain.ports.removals import Removal, RemovalStore
from bot.domain.ports.share_links import ShareLinkStore
from bot.domain.ports.sign_ins import SignIns

__all__ = [
    "ANSWERED_WITHIN",
    "MOST_FOUND",
    "AccountState",
    "Arrivals",
    "ChatPlatform",
    "Clock",
    "CommunityStore",
    "Dispatcher",
    "Draft",
    "Expired",
    "FittedPicture",
    "ForgottenBatch",
    "Gallery",
    "GalleryChannel",
    "GalleryFilter",
    "GalleryPage",
    "GalleryQuery",
    "ImageModel",
    "InstalledCommunityStore",
    "JobStore",
    "LeftInteraction",
    "Locks",
    "Make",
    "ModelPicture",
    "ModelTask",
    "ModeratorChannel",
    "NewAudit",
    "Opinion",
    "PersonalData",
    "PictureReader",
    "PictureStore",
    "Removal",
    "RemovalStore",
    "RemovedCommunity",
    "ResultQuery",
    "Room",
    "ShareLinkStore",
    "SheetMaker",
    "SignIns",
    "TakenInteractions",
    "TaskListing",
    "TaskState",
    "Tile",
    "UsageDay",
    "UsageFilter",
    "UsageGroup",
    "UsageLedger",
    "UsageRow",
]
