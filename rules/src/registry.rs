//! Every rule. Written by `cargo xtask registry` from the folder names; do not edit.

use crate::rule::Rule;

#[path = "../acquire/acquire_error_ignored/mod.rs"]
mod acquire_error_ignored;
#[path = "../acquire/acquire_result_ignored/mod.rs"]
mod acquire_result_ignored;
#[path = "../renew/brittle_renewal/mod.rs"]
mod brittle_renewal;
#[path = "../release/cancelled_release/mod.rs"]
mod cancelled_release;
#[path = "../acquire/check_then_set_acquire/mod.rs"]
mod check_then_set_acquire;
#[path = "../acquire/constant_token/mod.rs"]
mod constant_token;
#[path = "../renew/immortal_renewal/mod.rs"]
mod immortal_renewal;
#[path = "../release/leaked_lock/mod.rs"]
mod leaked_lock;
#[path = "../single_flight/local_single_flight/mod.rs"]
mod local_single_flight;
#[path = "../acquire/lock_key_is_data_key/mod.rs"]
mod lock_key_is_data_key;
#[path = "../acquire/lock_without_expiry/mod.rs"]
mod lock_without_expiry;
#[path = "../renew/lost_lease_ignored/mod.rs"]
mod lost_lease_ignored;
#[path = "../waiters/missed_wakeup/mod.rs"]
mod missed_wakeup;
#[path = "../acquire/nested_acquire/mod.rs"]
mod nested_acquire;
#[path = "../single_flight/no_recheck_after_acquire/mod.rs"]
mod no_recheck_after_acquire;
#[path = "../waiters/no_stale_fallback/mod.rs"]
mod no_stale_fallback;
#[path = "../acquire/non_atomic_expiry/mod.rs"]
mod non_atomic_expiry;
#[path = "../release/non_atomic_release/mod.rs"]
mod non_atomic_release;
#[path = "../acquire/non_atomic_steal/mod.rs"]
mod non_atomic_steal;
#[path = "../single_flight/poisoned_flight/mod.rs"]
mod poisoned_flight;
#[path = "../release/release_without_acquire/mod.rs"]
mod release_without_acquire;
#[path = "../release/released_before_commit/mod.rs"]
mod released_before_commit;
#[path = "../renew/renewal_too_slow/mod.rs"]
mod renewal_too_slow;
#[path = "../acquire/shared_lock_handle/mod.rs"]
mod shared_lock_handle;
#[path = "../single_flight/stale_merge/mod.rs"]
mod stale_merge;
#[path = "../single_flight/synchronized_expiry/mod.rs"]
mod synchronized_expiry;
#[path = "../acquire/ttl_below_p99/mod.rs"]
mod ttl_below_p99;
#[path = "../acquire/ttl_unit_mismatch/mod.rs"]
mod ttl_unit_mismatch;
#[path = "../waiters/unbounded_wait/mod.rs"]
mod unbounded_wait;
#[path = "../single_flight/uncoalesced_miss/mod.rs"]
mod uncoalesced_miss;
#[path = "../release/unconditional_release/mod.rs"]
mod unconditional_release;
#[path = "../renew/unconditional_renewal/mod.rs"]
mod unconditional_renewal;
#[path = "../fence/unfenced_write/mod.rs"]
mod unfenced_write;
#[path = "../release/work_escapes_lock/mod.rs"]
mod work_escapes_lock;

/// Every rule, sorted by slug.
pub(crate) static ALL: &[&Rule] = &[
    &acquire_error_ignored::RULE,
    &acquire_result_ignored::RULE,
    &brittle_renewal::RULE,
    &cancelled_release::RULE,
    &check_then_set_acquire::RULE,
    &constant_token::RULE,
    &immortal_renewal::RULE,
    &leaked_lock::RULE,
    &local_single_flight::RULE,
    &lock_key_is_data_key::RULE,
    &lock_without_expiry::RULE,
    &lost_lease_ignored::RULE,
    &missed_wakeup::RULE,
    &nested_acquire::RULE,
    &no_recheck_after_acquire::RULE,
    &no_stale_fallback::RULE,
    &non_atomic_expiry::RULE,
    &non_atomic_release::RULE,
    &non_atomic_steal::RULE,
    &poisoned_flight::RULE,
    &release_without_acquire::RULE,
    &released_before_commit::RULE,
    &renewal_too_slow::RULE,
    &shared_lock_handle::RULE,
    &stale_merge::RULE,
    &synchronized_expiry::RULE,
    &ttl_below_p99::RULE,
    &ttl_unit_mismatch::RULE,
    &unbounded_wait::RULE,
    &uncoalesced_miss::RULE,
    &unconditional_release::RULE,
    &unconditional_renewal::RULE,
    &unfenced_write::RULE,
    &work_escapes_lock::RULE,
];
