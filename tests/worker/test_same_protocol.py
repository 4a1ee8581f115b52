"""What clients may rely on holds with workers as well: the protocol's tests once more, against two of them.

The fixtures of this folder give these tests the shared server with workers.
"""

from __future__ import annotations

from tests.rpc.test_conversations import test_conversation
from tests.rpc.test_inventory import (
    stage,
    test_abstract_classes_cannot_be_created,
    test_constructor,
    test_events,
    test_members_with_a_wrong_type,
    test_members_with_valid_arguments,
)
from tests.rpc.test_legacy import (
    test_an_old_external_address_is_of_either_family,
    test_each_name_of_an_event_is_told_once_and_unsubscribed_alone,
    test_old_members_are_checked_like_others,
    test_old_properties_read_and_write_those_of_today,
    test_only_sessions_that_use_old_names_get_old_fields,
)
from tests.rpc.test_sessions import (
    test_event_has_the_recorded_shape,
    test_get_pipelines_makes_the_caller_a_holder,
    test_get_sessions_lists_sessions_and_nothing_else,
    test_newest_socket_takes_the_session_and_its_events,
    test_object_dies_with_its_last_holder,
    test_one_delivery_for_two_subscriptions,
    test_repeated_request_is_answered_from_the_cache,
    test_session_outlives_its_socket,
    test_sessions_that_hold_the_parent_hold_the_child,
    test_slow_request_of_one_client_holds_up_no_other,
    test_wrong_parent_is_told_by_name,
)
from tests.rpc.test_transactions import (
    test_first_failure_ends_it_and_nothing_is_undone,
    test_later_requests_use_what_earlier_ones_made,
)

__all__ = [
    "stage",
    "test_abstract_classes_cannot_be_created",
    "test_an_old_external_address_is_of_either_family",
    "test_constructor",
    "test_conversation",
    "test_each_name_of_an_event_is_told_once_and_unsubscribed_alone",
    "test_event_has_the_recorded_shape",
    "test_events",
    "test_first_failure_ends_it_and_nothing_is_undone",
    "test_get_pipelines_makes_the_caller_a_holder",
    "test_get_sessions_lists_sessions_and_nothing_else",
    "test_later_requests_use_what_earlier_ones_made",
    "test_members_with_a_wrong_type",
    "test_members_with_valid_arguments",
    "test_newest_socket_takes_the_session_and_its_events",
    "test_object_dies_with_its_last_holder",
    "test_old_members_are_checked_like_others",
    "test_old_properties_read_and_write_those_of_today",
    "test_one_delivery_for_two_subscriptions",
    "test_only_sessions_that_use_old_names_get_old_fields",
    "test_repeated_request_is_answered_from_the_cache",
    "test_session_outlives_its_socket",
    "test_sessions_that_hold_the_parent_hold_the_child",
    "test_slow_request_of_one_client_holds_up_no_other",
    "test_wrong_parent_is_told_by_name",
]
