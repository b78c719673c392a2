//! Leases age by jumps, exactly.

use std::slice::from_ref;
use std::time::Duration;

use dogpile_server::{Lease, Left, ServerError};

use crate::servers::{call, connect, each, int, key, ok, open};

#[test]
fn a_lease_is_there_at_its_end_and_gone_after_it() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        for ttl in [1_000, 5_000, 30_000, 3_600_000] {
            let lock = key(&redis, "lock");
            assert_eq!(call(&redis, &mut link, &format!("SET @lock a NX PX {ttl}")), ok());
            let lease = [Lease { key: &lock, left_ms: Some(ttl) }];
            let warped = redis.warp_leases(&mut link, &lease, ttl).expect("a jump");
            assert_eq!(warped.left, [Left::Ms(0)], "at exactly its time a key is there");
            assert_eq!(int(&call(&redis, &mut link, "EXISTS @lock")), 1);
            // The rest of the same millisecond, then the next: nobody's clock can blur it, for the jump before set it.
            assert_eq!(redis.warp(&mut link, from_ref(&lock), 0).expect("a jump").left, [Left::Ms(0)]);
            assert_eq!(redis.warp(&mut link, from_ref(&lock), 1).expect("a jump").left, [Left::Lapsed]);
            assert_eq!(int(&call(&redis, &mut link, "EXISTS @lock")), 0);
            assert_eq!(redis.warp(&mut link, from_ref(&lock), 1).expect("a jump").left, [Left::Absent]);

            assert_eq!(call(&redis, &mut link, &format!("SET @lock a NX PX {ttl}")), ok());
            let warped = redis.warp(&mut link, &[lock], ttl + 2).expect("a jump");
            assert_eq!(warped.left, [Left::Lapsed], "without an account too");
            assert_eq!(int(&call(&redis, &mut link, "EXISTS @lock")), 0);
        }
    });
}

#[test]
fn jumps_add_up_whatever_real_time_does() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        let lock = key(&redis, "lock");
        call(&redis, &mut link, "SET @lock a PX 5000");
        let first = [Lease { key: &lock, left_ms: Some(5_000) }];
        // A stall, as of a busy machine: what it takes is given back.
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!(redis.warp_leases(&mut link, &first, 1_000).expect("a jump").left, [Left::Ms(4_000)]);
        for rest in (0..4_000).rev().step_by(250).map(|left| (left / 250) * 250) {
            std::thread::sleep(Duration::from_millis(3));
            let left = redis.warp(&mut link, from_ref(&lock), 250).expect("a jump").left;
            assert_eq!(left, [Left::Ms(rest)]);
        }
        assert_eq!(int(&call(&redis, &mut link, "EXISTS @lock")), 1);
        assert_eq!(redis.warp(&mut link, &[lock], 2).expect("a jump").left, [Left::Lapsed]);
    });
}

#[test]
fn a_renewal_counts_from_its_own_moment() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        let lock = key(&redis, "lock");
        call(&redis, &mut link, "SET @lock a PX 5000");
        redis.warp(&mut link, from_ref(&lock), 3_000).expect("a jump");
        call(&redis, &mut link, "PEXPIRE @lock 5000");
        let left = redis.warp_leases(&mut link, &[Lease { key: &lock, left_ms: Some(5_000) }], 3_000).expect("a jump");
        assert_eq!(left.left, [Left::Ms(2_000)]);
        // An account that is plainly wrong is not believed.
        let left = redis.warp_leases(&mut link, &[Lease { key: &lock, left_ms: Some(9_000) }], 0).expect("a jump").left;
        assert!(matches!(left[..], [Left::Ms(1_900..=2_000)]), "{left:?}");
    });
}

#[test]
fn keys_without_expiry_do_not_age() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        call(&redis, &mut link, "SET @forever a");
        call(&redis, &mut link, "SET @lock a PX 5000");
        call(&redis, &mut link, "SET @other a PX 9000");
        let keys = [key(&redis, "forever"), key(&redis, "lock"), key(&redis, "absent")];
        let left = redis.warp(&mut link, &keys, 1_000_000).expect("a jump").left;
        assert_eq!(left, [Left::Forever, Left::Lapsed, Left::Absent]);
        assert_eq!(int(&call(&redis, &mut link, "PTTL @forever")), -1);
        assert!(int(&call(&redis, &mut link, "PTTL @other")) > 8_000, "nobody asked for it");
    });
}

#[test]
fn a_jump_takes_only_keys_of_the_run() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        call(&redis, &mut link, "SET foreign a PX 5000");
        let error = redis.warp(&mut link, &[b"foreign".to_vec()], 9_000).expect_err("refused");
        assert!(matches!(error, ServerError::Guarded { .. }), "{error}");
        assert!(!link.is_cut());
        assert_eq!(int(&call(&redis, &mut link, "EXISTS foreign")), 1);
    });
}

#[test]
fn a_thousand_leases_lapse_a_thousand_times() {
    each(|choice| {
        let redis = open(choice);
        let mut link = connect(&redis);
        let lock = key(&redis, "lock");
        let begun = std::time::Instant::now();
        for at in 0..1_000 {
            assert_eq!(call(&redis, &mut link, "SET @lock a NX PX 5000"), ok(), "round {at}");
            let by = if at % 2 == 0 { 4_900 } else { 5_002 };
            let left = redis.warp(&mut link, from_ref(&lock), by).expect("a jump").left;
            match left[..] {
                [Left::Ms(left)] if at % 2 == 0 => {
                    assert!((1..=100).contains(&left), "{left}");
                    assert_eq!(int(&call(&redis, &mut link, "DEL @lock")), 1);
                }
                [Left::Lapsed] if at % 2 == 1 => {}
                ref other => panic!("round {at}: {other:?}"),
            }
        }
        println!("{}: a lease and its jump in {:?}", redis.version(), begun.elapsed() / 1_000);
    });
}
