/* How coops agree on one content for one place: rounds with locks. Checked: never two certificates.
 *
 * Honest coops are processes. What they send stays in `supports` and `signatures` for ever; each sees whatever part of
 * it, whenever: so messages are lost, late, repeated and out of order in every way. A dishonest coop supports and signs
 * everything in every round, and shows it to whom it likes when it likes: every count may include it. Rounds follow
 * each other at any time, so nothing depends on clocks or on how long a round takes. The speaker of a round may be
 * anybody with any content. People change their minds at any time. A crash loses what was seen, never what was
 * saved: that is what happens in any case here.
 *
 * Given with -D: COOPS, DISHONEST, QUORUM, ROUNDS. Further situations:
 *   LEGACY              round 0 is the time before there were rounds: one signature each, without a quorum of support
 *   RESTORES=n          coop 0 may once lose all that it saved; when all honest others have told what they hold it goes
 *                       on n rounds above the newest in which any of them has spoken
 *   ACCUSED_ONLY        certificates are not looked at, only whether an honest coop seems to contradict itself
 * One rule taken away, to show that the checks can fail:
 *   WITHOUT_LOCKS       supports what its people want, whatever it has signed
 *   ANY_POLKA_UNLOCKS   supports against its lock for a quorum of support that is older than the lock
 *   SIGNS_OLD_ROUNDS    signs for a round that it has left
 *   SIGNS_UNSUPPORTED   signs without having seen a quorum of support
 *   LOCK_NOT_SAVED      a crash loses the lock
 *   SUPPORT_NOT_SAVED   a crash loses what was supported in the present round
 */

#define HONEST (COOPS - DISHONEST)
#define NONE 0

/* What was sent: for each coop and round a set of contents, 1 and 2. */
byte supports[HONEST * ROUNDS];
byte signatures[HONEST * ROUNDS];
/* What a coop has saved. Rounds are counted from 1 here, so that 0 is before all of them. */
byte present[HONEST];
byte lock[HONEST];
byte locked_in[HONEST];
/* The newest round in which a coop has spoken. */
byte spoke_in[HONEST];
bit is_certified[3];

#define AT(coop, round) ((coop) * ROUNDS + (round) - 1)
#define HAS(set, coop, round, content) ((set[AT(coop, round)] & (content)) != 0)

#if HONEST == 2
#define EACH(what, a, b) (what(0, a, b) + what(1, a, b))
#elif HONEST == 3
#define EACH(what, a, b) (what(0, a, b) + what(1, a, b) + what(2, a, b))
#elif HONEST == 4
#define EACH(what, a, b) (what(0, a, b) + what(1, a, b) + what(2, a, b) + what(3, a, b))
#endif

#define SUPPORTS(coop, round, content) HAS(supports, coop, round, content)
#define SIGNS(coop, round, content) HAS(signatures, coop, round, content)
#define HAS_SPOKEN(coop, round, unused) (spoke_in[coop] >= (round))

#define CERTIFIED(round, content) (EACH(SIGNS, round, content) + DISHONEST >= QUORUM)
#ifdef LEGACY
#define POLKA(round, content) ((round) > 1 && EACH(SUPPORTS, round, content) + DISHONEST >= QUORUM)
#else
#define POLKA(round, content) (EACH(SUPPORTS, round, content) + DISHONEST >= QUORUM)
#endif

/* A quorum of support in an earlier round, not older than the lock, sets a coop free to support that content. */
#ifdef ANY_POLKA_UNLOCKS
#define UNLOCKS(coop, content, round) ((round) < present[coop] && POLKA(round, content))
#else
#define UNLOCKS(coop, content, round) \
    ((round) < present[coop] && (round) >= locked_in[coop] && POLKA(round, content))
#endif
#if ROUNDS == 2
#define IS_FREE(coop, content) UNLOCKS(coop, content, 1)
#elif ROUNDS == 3
#define IS_FREE(coop, content) (UNLOCKS(coop, content, 1) || UNLOCKS(coop, content, 2))
#elif ROUNDS == 4
#define IS_FREE(coop, content) \
    (UNLOCKS(coop, content, 1) || UNLOCKS(coop, content, 2) || UNLOCKS(coop, content, 3))
#endif

#ifdef WITHOUT_LOCKS
#define MAY_SUPPORT(coop, content) (1)
#else
#define MAY_SUPPORT(coop, content) (lock[coop] == NONE || lock[coop] == content || IS_FREE(coop, content))
#endif

#ifdef SIGNS_UNSUPPORTED
#define MAY_SIGN(round, content) (1)
#elif defined(LEGACY)
#define MAY_SIGN(round, content) ((round) == 1 || POLKA(round, content))
#else
#define MAY_SIGN(round, content) POLKA(round, content)
#endif

/* With RESTORES the rules for the next round count: what a restored coop must leave out depends on them. */
#ifdef RESTORES
#define MAY_MOVE(coop) \
    (EACH(HAS_SPOKEN, present[coop], 0) + DISHONEST >= QUORUM \
     || EACH(HAS_SPOKEN, present[coop] + 1, 0) + DISHONEST >= COOPS - QUORUM + 1)
#else
#define MAY_MOVE(coop) (1)
#endif

inline support(coop, content) {
    supports[AT(coop, present[coop])] = supports[AT(coop, present[coop])] | content;
    spoke_in[coop] = present[coop];
    has_supported = 1;
    assert(supports[AT(coop, present[coop])] != 3)
}

inline sign(coop, round, content) {
    if
    :: round >= locked_in[coop] -> lock[coop] = content; locked_in[coop] = round
    :: else
    fi;
    signatures[AT(coop, round)] = signatures[AT(coop, round)] | content;
    assert(signatures[AT(coop, round)] != 3);
    is_certified[content] = is_certified[content] | CERTIFIED(round, content);
#ifndef ACCUSED_ONLY
    assert(!(is_certified[1] && is_certified[2]))
#endif
}

#ifdef RESTORES
/* What the others hold: the newest lock, and the newest round in which one of them has spoken. */
inline restore() {
    lock[0] = NONE; locked_in[0] = 0; present[0] = 0;
    for (other : 1 .. HONEST - 1) {
        if
        :: locked_in[other] > locked_in[0] -> lock[0] = lock[other]; locked_in[0] = locked_in[other]
        :: else
        fi;
        if
        :: spoke_in[other] > present[0] -> present[0] = spoke_in[other]
        :: else
        fi
    }
    present[0] = present[0] + RESTORES;
    other = 0
}
#endif

proctype coop(byte me) {
    bit has_supported;
    byte content, round;
#ifdef RESTORES
    byte other;
    bit has_restored;
#endif
end:
    do
    :: atomic {
#ifdef LEGACY
        present[me] > 1 &&
#endif
        !has_supported ->
        select(content : 1 .. 2);
        if
        :: MAY_SUPPORT(me, content) -> support(me, content)
        :: else
        fi;
        content = 0
       }
#ifdef SIGNS_OLD_ROUNDS
    :: atomic {
        select(round : 1 .. ROUNDS);
        select(content : 1 .. 2);
        if
        :: round <= present[me] && signatures[AT(me, round)] == 0 && MAY_SIGN(round, content) ->
            sign(me, round, content)
        :: else
        fi;
        content = 0; round = 0
       }
#else
    :: atomic {
        signatures[AT(me, present[me])] == 0 ->
        select(content : 1 .. 2);
        if
        :: MAY_SIGN(present[me], content) -> sign(me, present[me], content)
        :: else
        fi;
        content = 0
       }
#endif
    :: atomic {
        present[me] < ROUNDS && MAY_MOVE(me) ->
        present[me]++;
        has_supported = 0
       }
#ifdef LOCK_NOT_SAVED
    :: lock[me] != NONE -> atomic { lock[me] = NONE; locked_in[me] = 0 }
#endif
#ifdef SUPPORT_NOT_SAVED
    :: has_supported -> has_supported = 0
#endif
#ifdef RESTORES
    :: atomic {
        me == 0 && !has_restored ->
        restore();
        has_restored = 1; has_supported = 0;
        if
        :: present[0] > ROUNDS -> break
        :: else
        fi
       }
#endif
    od
}

init {
    atomic {
        byte each;
        for (each : 0 .. HONEST - 1) { present[each] = 1; run coop(each) }
        each = 0
    }
}
