"""The table of the platform's API paths."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sandbox import accounts, massing, people
from sandbox.calling import Endpoint
from sandbox.noticing import bizsend
from sandbox.sending import custom_send, custom_typing
from sandbox.templating import template_send

ENDPOINTS: Final[Mapping[str, Endpoint]] = MappingProxyType(
    {
        "token": Endpoint(accounts.classic_token, "GET", token=False, json=False),
        "stable_token": Endpoint(accounts.stable_token, token=False),
        "message/custom/send": Endpoint(custom_send),
        "message/custom/typing": Endpoint(custom_typing),
        "message/template/send": Endpoint(template_send),
        "message/subscribe/bizsend": Endpoint(bizsend),
        "message/mass/sendall": Endpoint(massing.send_all),
        "message/mass/send": Endpoint(massing.send_list),
        "message/mass/preview": Endpoint(massing.preview),
        "message/mass/get": Endpoint(massing.get),
        "media/upload": Endpoint(accounts.media_upload, json=False),
        "media/get": Endpoint(accounts.media_get, "GET", json=False),
        "qrcode/create": Endpoint(accounts.qrcode_create),
        "menu/create": Endpoint(accounts.menu_create),
        "menu/get": Endpoint(accounts.menu_get, "GET", json=False),
        "menu/delete": Endpoint(accounts.menu_delete, "GET", json=False),
        "tags/create": Endpoint(people.tag_create),
        "tags/get": Endpoint(people.tag_list, "GET", json=False),
        "tags/update": Endpoint(people.tag_update),
        "tags/delete": Endpoint(people.tag_delete),
        "tags/members/batchtagging": Endpoint(people.tag_members),
        "tags/members/batchuntagging": Endpoint(people.untag_members),
        "tags/getidlist": Endpoint(people.tags_of),
        "user/tag/get": Endpoint(people.tagged),
        "user/info": Endpoint(people.info, "GET", json=False),
        "user/info/batchget": Endpoint(people.info_batch),
        "user/info/updateremark": Endpoint(people.remark),
        "user/get": Endpoint(people.followers, "GET", json=False),
        "openapi/quota/get": Endpoint(accounts.quota_get),
        "openapi/rid/get": Endpoint(accounts.rid_get),
        "clear_quota": Endpoint(accounts.clear_quota),
    }
)
