"""A handful of the suite, for runs that have no time for all of it: the whole way there and back, once each."""

from connectors.testing.conformance.base import Suite
from connectors.testing.conformance.files import Files
from connectors.testing.conformance.meant import Meant
from connectors.testing.conformance.once import Once
from connectors.testing.conformance.starting import Starting
from connectors.testing.conformance.texts import Texts
from connectors.testing.conformance.trouble import Trouble
from connectors.testing.conformance.verdicts import Verdicts


class AdapterEssentials(Suite):
    """Subclass it, and name the platform; the suite itself is for longer runs then."""

    test_twice = Once.test_an_event_delivered_twice_at_once_is_answered_once
    test_restart = Once.test_nor_after_a_restart
    test_place = Meant.test_the_answer_is_where_the_question_was
    test_parts = Texts.test_a_long_answer_comes_in_parts_with_nothing_lost
    test_wait = Trouble.test_too_many_messages_wait_as_long_as_the_platform_says
    test_cut = Trouble.test_a_connection_that_was_cut_comes_back
    test_thumb = Verdicts.test_a_thumb_is_a_verdict_on_the_answer
    takes_files = Files.takes_files
    test_file = Files.test_a_file_reaches_the_conversation_it_was_sent_into
    test_secrets = Starting.test_an_empty_or_missing_secret_is_refused
