"""People answer by text message and by key: everything pending stops, nothing is guessed, nothing is done twice."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.adapters.channels.fake_twilio import AUTH_TOKEN, NUMBER, SID
from tests.stories.phone import ASHA, BASE, BEN, CHEN, telephones
from tests.stories.stage import alert

pytestmark = pytest.mark.usefixtures("on_every_store")

NIGHT = "2026-11-22 03:00"
TITLE = "PaymentsApiDown is firing"


async def test_a_text_message_acknowledges_and_stops_what_is_pending_on_every_way(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        [text] = phone.texts_to(ASHA)
        code = phone.code(incident)
        assert text["Body"].splitlines()[0] == f"CRITICAL {TITLE} (payments)"
        assert text["Body"].splitlines()[2] == f"Reply 4 {code} to acknowledge, 6 {code} to resolve"

        said = await phone.text("4")
        await phone.story.go_to("2026-11-22 04:30")

        assert said == f"You have it: {TITLE}."
        assert (len(phone.texts_to(ASHA)), phone.calls_to(ASHA), phone.texts_to(CHEN)) == (1, [], [])
        assert (await phone.story.incident(incident))["acknowledged_by"] == "asha"
        log = (await phone.story.client.get("/api/v1/audit")).json()["items"]
        assert [(one["what"], one["who"], one["channel"]) for one in log] == [("incident.acknowledge", "asha", "sms")]


async def test_a_key_acknowledges_and_stops_what_is_pending_on_every_way(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.status(phone.texts_to(ASHA)[0], "delivered")
        await phone.story.go_to("2026-11-22 03:05")
        [call] = phone.calls_to(ASHA)

        heard = await phone.pick_up(call)
        done = await phone.press(call, heard, "4")
        await phone.status(call, "completed")
        await phone.story.go_to("2026-11-22 04:30")

        menu = "Press 4 to acknowledge, 7 to call second line, or star to hear this again."
        assert heard.said == f"STILL OPEN CRITICAL {TITLE}. Squad payments. {menu}"
        assert (done.said, done.action) == (f"You have it: {TITLE}. Goodbye.", "")
        assert (len(phone.calls_to(ASHA)), phone.texts_to(CHEN)) == (1, [])
        assert (await phone.states(incident))[:2] == [("sms", "delivered"), ("voice", "delivered")]
        timeline = (await phone.story.client.get(f"/api/v1/incidents/{incident}/timeline")).json()["items"]
        assert [one["channel"] for one in timeline if one["what"] == "acknowledged"] == ["voice"]


async def test_of_two_who_press_at_once_one_has_it_and_the_other_is_told_who(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.story.act(incident, "second-line", by="asha")
        await phone.story.go_to("2026-11-22 03:05")
        calls = [phone.calls_to(ASHA)[-1], phone.calls_to(CHEN)[-1]]
        heard = [await phone.pick_up(call) for call in calls]

        done = await asyncio.gather(*(phone.press(call, one, "4") for call, one in zip(calls, heard, strict=True)))

        has_it = (await phone.story.incident(incident))["acknowledged_by"]
        name = {"asha": "Asha", "chen": "Chen"}[has_it]
        assert sorted(one.said for one in done) == sorted(
            [f"You have it: {TITLE}. Goodbye.", f"{name} has it: {TITLE}. Goodbye."]
        )


async def test_a_key_after_it_was_resolved_is_told_so_and_changes_nothing(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.story.go_to("2026-11-22 03:05")
        [call] = phone.calls_to(ASHA)
        heard = await phone.pick_up(call)
        await phone.story.act(incident, "resolve", by="chen")

        done = await phone.press(call, heard, "4")

        assert done.said == f"{TITLE} was resolved by Chen. Goodbye."
        assert (await phone.story.incident(incident))["status"] == "resolved"
        assert await phone.text(f"4 {phone.code(incident)}") == f"{TITLE} was resolved by Chen."


async def test_whoever_picks_up_after_somebody_has_it_is_told_that_there_is_nothing_to_do(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.story.go_to("2026-11-22 03:05")
        await phone.story.act(incident, "acknowledge", by="chen")

        heard = await phone.pick_up(phone.calls_to(ASHA)[0])

        assert (heard.said, heard.action) == (f"Chen has it: {TITLE}. There is nothing to do. Goodbye.", "")
        assert await phone.text("4") == f"Nothing is waiting for you. Chen has it: {TITLE}."


async def test_a_request_that_comes_again_has_the_same_effect_once_and_the_same_answer_again(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        first = await phone.text("4", sid="SM1")
        await phone.story.act(incident, "unacknowledge", by="asha")

        again = await phone.text("4", sid="SM1")

        assert first == again == f"You have it: {TITLE}."
        assert (await phone.story.incident(incident))["status"] == "triggered"
        await phone.story.pass_time(timedelta(minutes=5))
        call = phone.calls_to(ASHA)[-1]
        heard = await phone.pick_up(call)
        pressed = await asyncio.gather(*(phone.press(call, heard, "4") for _ in range(3)))
        assert {one.said for one in pressed} == {f"You have it: {TITLE}. Goodbye."}
        what = [one for one in await phone.story.timeline(incident) if one == "asha has it"]
        assert len(what) == 2


async def test_a_text_that_was_refused_is_refused_again_though_it_would_be_right_by_now(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        first = await phone.text("4", sid="SM1")
        incident = await phone.story.fire_one(alert())

        again = await phone.text("4", sid="SM1")

        assert first == again == "Nothing is waiting for you."
        assert (await phone.story.incident(incident))["status"] == "triggered"


async def test_taken_and_never_delivered_is_followed_by_a_call(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.status(phone.texts_to(ASHA)[0], "sent")

        await phone.story.pass_time(timedelta(seconds=89))
        early = phone.calls_to(ASHA)
        await phone.story.pass_time(timedelta(seconds=1))

        assert (early, len(phone.calls_to(ASHA))) == ([], 1)
        assert await phone.states(incident) == [("sms", "failed"), ("voice", "sent")]


async def test_undelivered_is_followed_by_a_call_at_once_and_says_why(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())

        await phone.status(phone.texts_to(ASHA)[0], "undelivered", ErrorCode="30003")
        await phone.status(phone.texts_to(ASHA)[0], "undelivered", ErrorCode="30003")

        assert len(phone.calls_to(ASHA)) == 1
        rows = (await phone.story.client.get(f"/api/v1/incidents/{incident}/notifications")).json()["items"]
        [sms] = [send for row in rows for send in row["sends"] if row["reader"] == "asha" and send["channel"] == "sms"]
        assert sms["reason"] == "twilio: undelivered, error 30003: the telephone is off or out of reach"
        assert sms["address"] == "+*********001"


async def test_stop_brings_the_call_at_once_and_start_takes_it_back(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        assert await phone.text("STOP") == ""

        first = await phone.story.fire_one(alert())
        called = len(phone.calls_to(ASHA))
        await phone.story.act(first, "resolve", by="asha")
        assert await phone.text("commencer", OptOutType="START") == ""
        await phone.story.fire(alert("OtherDown"), group="g2")

        assert called == 1
        assert (await phone.states(first))[0] == ("sms", "failed")
        assert len(phone.texts_to(ASHA)) == 1
        log = (await phone.story.client.get("/api/v1/audit")).json()["items"]
        assert [one["what"] for one in log if one["channel"] == "sms"] == ["sms.start", "sms.stop"]


async def test_several_open_are_never_guessed_between(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        one = (await phone.story.fire(alert("OneDown"), group="g1"))["incidents"][0]
        two = (await phone.story.fire(alert("TwoDown"), group="g2"))["incidents"][0]

        said = await phone.text("ack")

        assert said.splitlines() == [
            "Several incidents wait for you, and nothing has changed. Reply 4 and a code:",
            f"{phone.code(two)} CRITICAL TwoDown is firing",
            f"{phone.code(one)} CRITICAL OneDown is firing",
        ]
        wide = phone.code(one).translate({48 + n: 0xFF10 + n for n in range(10)})
        assert await phone.text(f"Ack \uff03 {wide}") == "You have it: OneDown is firing."
        assert (await phone.story.incident(two))["status"] == "triggered"
        assert await phone.text("4") == "You have it: TwoDown is firing."


async def test_resolving_by_text_needs_the_code_that_this_reader_was_sent(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        wrong = f"{(int(phone.code(incident)) + 1) % 10**6:06}"

        without, mistyped = await phone.text("6"), await phone.text(f"6 {wrong}")
        of_another = await phone.text(f"6 {phone.code(incident, 'ben')}")

        assert without == "To resolve, reply 6 and the code from the message. Nothing has changed."
        assert mistyped.splitlines() == [
            f"No incident has the code {wrong}, and nothing has changed.",
            f"{phone.code(incident)} CRITICAL {TITLE}",
        ]
        assert of_another.startswith("No incident has the code")
        assert (await phone.story.incident(incident))["status"] == "triggered"
        assert await phone.text(f"6 {phone.code(incident)}") == f"{TITLE} was resolved by you."


async def test_whoever_has_only_a_telephone_is_not_called_for_what_a_text_says(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.text("4")
        await phone.story.act(incident, "resolve", by="chen")
        [_, notice] = phone.texts_to(ASHA)
        await phone.status(notice, "delivered")
        await phone.story.go_to("2026-11-22 03:10")

        assert notice["Body"].startswith(f"RESOLVED CRITICAL {TITLE} (payments)\n{BASE}/a/")
        assert phone.calls_to(ASHA) == []


async def test_a_number_that_nobody_has_is_told_nothing_and_written_down(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())

        said = [await phone.text(body, "+15005550006") for body in ("4", f"6 {phone.code(incident)}", "STOP")]

        assert said == ["", "", ""]
        assert (await phone.story.incident(incident))["status"] == "triggered"
        log = (await phone.story.client.get("/api/v1/audit")).json()["items"]
        assert {(one["what"], one["target"]) for one in log} == {("sms.unknown", "+********006")}


async def test_silence_and_voicemail_are_no_answer(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.status(phone.texts_to(ASHA)[0], "delivered")
        await phone.story.go_to("2026-11-22 03:05")
        [call] = phone.calls_to(ASHA)

        heard, said = await phone.pick_up(call), []
        while heard.action:
            heard = await phone.press(call, heard, "")
            said.append(heard.said)
        await phone.status(call, "completed")

        assert (len(said), said[-1]) == (5, "With this call you have not taken it. Goodbye.")
        assert (await phone.story.incident(incident))["status"] == "triggered"
        assert (await phone.states(incident))[1] == ("voice", "unanswered")
        await phone.story.go_to("2026-11-22 03:21")
        assert len(phone.calls_to(ASHA)) == 2


async def test_other_keys_call_second_line_repeat_and_refuse_to_resolve(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.story.go_to("2026-11-22 03:05")
        [call] = phone.calls_to(ASHA)

        opening = await phone.pick_up(call)
        six = await phone.press(call, opening, "6")
        star = await phone.press(call, six, "*")
        hash_key = await phone.press(call, star, "#")
        seven = await phone.press(call, hash_key, "7")

        assert six.said == (
            "To resolve it, reply to the text message with 6 and its code, or open the link. " + opening.said
        )
        assert (star.said, hash_key.said) == (opening.said, f"That key does nothing. {opening.said}")
        assert seven.said == f"Second line is being called: {TITLE}. {opening.said}"
        assert len(phone.texts_to(CHEN)) == 1
        assert (await phone.story.incident(incident))["status"] == "triggered"


async def test_second_line_is_called_by_text_by_whoever_has_it(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        await phone.story.fire_one(alert())
        await phone.text("4")

        said = await phone.text("Second line")

        assert said == f"Second line is being called: {TITLE}."
        assert len(phone.texts_to(CHEN)) == 1


async def test_a_shadow_who_answers_is_told_that_it_still_waits(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        assert "You are shadowing" in phone.texts_to(BEN)[0]["Body"]

        said = await phone.text("4", BEN)

        assert said == f"Noted, and it still waits for somebody to take it: {TITLE}."
        assert (await phone.story.incident(incident))["status"] == "triggered"


async def test_the_address_of_a_call_is_good_for_that_call_alone(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())
        await phone.story.go_to("2026-11-22 03:05")
        [call] = phone.calls_to(ASHA)
        heard = await phone.pick_up(call)
        await phone.press(call, heard, "")

        other = {"CallSid": "CAother", "From": "+1", "To": ASHA, "Digits": "4"}
        reply = await phone.post(heard.action, other)

        assert reply.status_code == 403
        assert (await phone.story.incident(incident))["status"] == "triggered"


async def test_the_second_account_tells_what_the_first_cannot(tmp_path: Path) -> None:
    more = {
        "twilio_2_account_sid": SID,
        "twilio_2_auth_token": AUTH_TOKEN,
        "twilio_2_from": NUMBER,
        "twilio_2_api_url": "http://second.test",
    }
    async with telephones(tmp_path, NIGHT, **more) as phone:
        phone.twilio.silent = True

        incident = await phone.story.fire_one(alert())
        await phone.status(next(one for one in phone.second.taken if one["To"] == ASHA), "delivered")

        assert (await phone.states(incident))[0] == ("sms", "delivered")


async def test_an_answer_that_is_not_signed_by_the_account_changes_nothing(tmp_path: Path) -> None:
    async with telephones(tmp_path, NIGHT) as phone:
        incident = await phone.story.fire_one(alert())

        fields = {"MessageSid": "SM1", "From": ASHA, "Body": "4"}
        reply = await phone.post(f"{BASE}/twilio/sms", fields, token="another account's")

        assert reply.status_code == 401
        assert (await phone.story.incident(incident))["status"] == "triggered"
