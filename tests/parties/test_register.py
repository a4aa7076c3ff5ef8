from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from suyuan.kernel.hashing import leaf_hash, to_hex
from suyuan.kernel.ledger import Role
from suyuan.kernel.typed_data import address_of
from suyuan.parties import queries
from suyuan.parties.errors import IdentifierTaken, KeyTaken, PartyRefused, SiteTaken
from suyuan.parties.model import NO_END, Licence, NewSite
from suyuan.parties.tables import identifiers, parties, profiles

OWN_KEY = address_of(b"\x07" * 32)


def test_numbers_are_dense_and_hold_at_once(database, register):
    with database.transaction() as conn:
        assert [register(conn, number).number for number in (1, 2, 3)] == [1, 2, 3]


def test_the_registration_is_queued_in_the_same_transaction(database, register, queued, clock):
    until = clock.now() + timedelta(days=365)
    with database.transaction() as conn:
        party = register(conn, qualified_until=until)
        ((kind, number, payload, reference),) = queued(conn)
        (key,) = queries.keys_of(conn, 1)
    assert (kind, number, reference) == ("party.register", 1, "party:1:profile:1")
    assert json.loads(payload) == {
        "profileHash": to_hex(party.profile_hash),
        "roles": int(Role.PRODUCER | Role.PROCESSOR),
        "qualifiedUntil": int(until.timestamp()),
        "key": key.address,
    }


def test_what_fails_later_leaves_neither_party_nor_operation(database, register, queued):
    def fail(conn):
        register(conn)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.transaction() as conn:
        fail(conn)
    with database.reading() as conn:
        assert queries.party_by_number(conn, 1) is None
        assert queued(conn) == []


def test_the_profile_is_canonical_and_its_hash_goes_on_chain(database, register):
    with database.transaction() as conn:
        party = register(conn, licences=(Licence("SC11464010500015"),), credit_code="91 310112087994932F")
        (version,) = queries.profiles_of(conn, 1)
    document = json.loads(version.document)
    assert leaf_hash(version.document) == version.hash == party.profile_hash
    assert len(bytes.fromhex(document.pop("salt"))) == 16
    assert document == {
        "type": "suyuan-party/1",
        "party": 1,
        "names": {"zh": "晨露鲜果1号", "en": "Morning Dew 1"},
        "identifiers": ["urn:gdst:example.org:party:dew.1"],
        "creditCode": "91310112087994932F",
        "licences": [{"number": "SC11464010500015"}],
        "sites": [{"uri": "urn:gdst:example.org:location:loc:dew.1", "names": {"zh": "果园"}}],
    }


def test_the_same_words_never_give_the_same_hash(database, register):
    same = {"names": {"zh": "张三"}, "sites": ()}
    with database.transaction() as conn:
        assert register(conn, 1, **same).profile_hash != register(conn, 2, **same).profile_hash


def test_a_party_without_an_end_of_qualification_has_none_on_chain(database, register, queued):
    with database.transaction() as conn:
        assert register(conn).qualified_until is None
        ((_, _, payload, _),) = queued(conn)
    assert json.loads(payload)["qualifiedUntil"] == NO_END


def test_a_party_is_found_by_every_form_of_each_identifier(database, register):
    with database.transaction() as conn:
        register(conn, identifiers=("urn:epc:id:pgln:4012345.00000", "urn:gdst:example.org:party:x.1"))
        for uri in (
            "urn:epc:id:pgln:4012345.00000",
            "https://id.gs1.org/417/4012345000009",
            "https://example.com/417/4012345000009",
            "URN:GDST:example.org:party:x.1",
        ):
            assert queries.party_by_uri(conn, uri).number == 1
        for other in ("urn:epc:id:pgln:4012345.00001", "nonsense", "", "urn:x"):
            assert queries.party_by_uri(conn, other) is None


def test_an_identifier_belongs_to_one_party(database, register):
    with database.transaction() as conn:
        register(conn, identifiers=("urn:epc:id:pgln:4012345.00000",))
        with pytest.raises(IdentifierTaken, match="party 1"):
            register(conn, 2, identifiers=("https://id.gs1.org/417/4012345000009",))


def test_a_site_belongs_to_one_party(database, register):
    with database.transaction() as conn:
        register(conn)
        with pytest.raises(SiteTaken):
            register(conn, 2, sites=(NewSite("urn:gdst:example.org:location:loc:dew.1", {"en": "x"}),))


def test_a_key_of_its_own_is_taken_and_nothing_is_kept_of_it(database, register):
    with database.transaction() as conn:
        register(conn, key_address=OWN_KEY.lower())
        (key,) = queries.keys_of(conn, 1)
        with pytest.raises(KeyTaken):
            register(conn, 2, key_address=OWN_KEY)
    assert (key.address, key.custodial, key.active) == (OWN_KEY, False, True)


def test_a_very_long_identifier_is_no_trouble(database, register):
    uri = "https://example.org/" + "溯" * 2000
    with database.transaction() as conn:
        register(conn, identifiers=(uri,))
        assert queries.party_by_uri(conn, uri).number == 1


@pytest.mark.parametrize(
    ("made", "pointers"),
    [
        ({"names": {}}, ["/names"]),
        ({"names": {"zh": ""}}, ["/names/zh"]),
        ({"names": {"zh": "x" * 201}}, ["/names/zh"]),
        ({"names": {"zh": "a\x00b"}}, ["/names/zh"]),
        ({"names": {"zh": " x"}}, ["/names/zh"]),
        ({"names": {"fr": "x"}}, ["/names/fr"]),
        ({"identifiers": ()}, ["/identifiers"]),
        ({"identifiers": ("nonsense",)}, ["/identifiers/0"]),
        ({"identifiers": ("urn:x:1", "URN:x:1")}, ["/identifiers/1"]),
        ({"identifiers": ("urn:x:" + "1" * 2050,)}, ["/identifiers/0"]),
        ({"roles": Role(0)}, ["/roles"]),
        ({"credit_code": "91310112087994932G"}, ["/creditCode"]),
        ({"licences": (Licence("SC1"), Licence("SC11464010500015"))}, ["/licences/0/number"]),
        ({"sites": (NewSite("x", {}),)}, ["/sites/0/uri", "/sites/0/names"]),
        ({"sites": (NewSite("urn:s:1", {"zh": "a"}), NewSite("urn:S:1", {"zh": "a"}))}, ["/sites/1"]),
        ({"sites": (NewSite("urn:s:1", {"zh": "a"}, latitude="1"),)}, ["/sites/0"]),
        (
            {"sites": (NewSite("urn:s:1", {"zh": "a"}, None, "91", "NaN"),)},
            ["/sites/0/latitude", "/sites/0/longitude"],
        ),
        ({"sites": (NewSite("urn:s:1", {"zh": "a"}, "two\nlines"),)}, ["/sites/0/address"]),
        ({"key_address": "0x12"}, ["/keyAddress"]),
        ({"names": {}, "identifiers": (), "roles": Role(0)}, ["/names", "/identifiers", "/roles"]),
    ],
)  # fmt: skip
def test_a_party_is_refused_with_every_fault_at_once(database, register, made, pointers):
    with database.transaction() as conn, pytest.raises(PartyRefused) as caught:
        register(conn, **made)
    assert [fault.pointer for fault in caught.value.faults] == pointers
    assert all(fault.fix for fault in caught.value.faults)


def test_a_qualification_that_is_over_registers_nobody(database, register, clock):
    with database.transaction() as conn, pytest.raises(PartyRefused, match="over already"):
        register(conn, qualified_until=clock.now())


def test_what_a_party_is_known_by_is_never_changed(database, register):
    with database.transaction() as conn:
        register(conn)
    for change in (
        update(parties).values(number=9),
        update(identifiers).values(uri="urn:other:1"),
        update(profiles).values(document=b"{}"),
        delete(profiles),
        delete(parties),
    ):
        with pytest.raises(IntegrityError), database.transaction() as conn:
            conn.execute(change)


def test_parties_registered_at_the_same_time_get_different_numbers(database, register):
    def work(number):
        with database.transaction() as conn:
            register(conn, number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as conn:
        assert [party.number for party in queries.list_parties(conn)] == list(range(1, 9))


def test_parties_are_listed_page_by_page(database, register):
    with database.transaction() as conn:
        for number in range(1, 6):
            register(conn, number)
        first = queries.list_parties(conn, limit=2)
        rest = queries.list_parties(conn, after=first[-1].number, limit=9)
        assert [party.number for party in first + rest] == [1, 2, 3, 4, 5]
        assert set(queries.parties_by_number(conn, [2, 4, 4, 99])) == {2, 4}


def test_a_party_may_open_lots_while_it_is_qualified_and_not_suspended(database, register, clock):
    end = clock.now() + timedelta(days=1)
    with database.transaction() as conn:
        party = register(conn, qualified_until=end)
    assert party.may_open(end - timedelta(seconds=1))
    assert not party.may_open(end)


def test_the_profile_on_chain_is_the_newest_that_is_mined(database, register, settle):
    with database.transaction() as conn:
        register(conn)
        assert queries.recorded_profile(conn, 1) is None
        settle(conn, "party:1:profile:1", state="mined")
        assert queries.recorded_profile(conn, 1).version == 1
