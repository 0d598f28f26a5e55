package etl.jdbc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A clock that jumps from event to event, and strands: threads of which one at a time goes on, until it waits for an event.
 * Which one goes on when is decided by the times of the events alone, so that everything happens again in the same order.
 *
 * <p>Events that do not wait are executed on the stack of whoever waits. Those that may wait get a strand, of a thread that
 * is used again and again. A thread goes on only when it is handed the baton, and hands it over before it stops.
 */
final class VirtualTime {
    private static final Deque<Strand> IDLE = new ArrayDeque<>();
    private static final Deque<Strand> IDLE_WRITERS = new ArrayDeque<>();

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Set<Strand> waiting = new LinkedHashSet<>();
    private final List<Sleep> sleeps = new ArrayList<>();
    private final Thread owner = Thread.currentThread();
    private long now;
    private long numbers;
    private boolean stopped;
    private boolean inBetween;
    private volatile boolean over;
    private @Nullable Throwable defect;
    private @Nullable StringBuilder story;

    /** What lives and dies together, and stands still together. */
    static class Host {
        private boolean dead;
        private long suspendedUntil = -1;

        boolean isDead() {
            return dead;
        }

        /** When it goes on, or has gone on, after it was suspended for the last time; negative if it never was. */
        long suspendedUntil() {
            return suspendedUntil;
        }
    }

    /** Unwinds the strands of what is dead. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed() {
            super("the process is dead", null, false, false);
        }
    }

    /** Where an event happens. */
    enum Kind {
        ANYWHERE,
        /** On a thread that may wait. */
        STRAND,
        /** On such a thread that executes nothing else, as the runner tells by its thread who has executed a task. */
        WRITER
    }

    /** Something that happens at a time; those of the same time in the order in which they were asked for. */
    static final class Event implements Comparable<Event> {
        private final @Nullable Host host;
        private final @Nullable Runnable action;
        private final Kind kind;
        private final @Nullable Strand woken;
        private final long turn;
        private long due;
        private long number;
        private boolean cancelled;

        private Event(@Nullable Host host, @Nullable Runnable action, Kind kind, @Nullable Strand woken, long turn) {
            this.host = host;
            this.action = action;
            this.kind = kind;
            this.woken = woken;
            this.turn = turn;
        }

        void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Event other) {
            return due == other.due ? Long.compare(number, other.number) : Long.compare(due, other.due);
        }
    }

    /** A strand that sleeps until it is woken early. */
    private record Sleep(Strand strand, long turn, BooleanSupplier disturbed, long reaction) {}

    /** From now on everything is written down. */
    void writeDown(StringBuilder into) {
        story = into;
    }

    void note(Supplier<String> what) {
        if (story != null) {
            story.append(String.format("%12.3f ms  %s%n", now / 1_000.0, what.get()));
        }
    }

    /** Microseconds since the beginning. */
    long now() {
        return now;
    }

    /** What an event has thrown that is nobody's business. */
    @Nullable
    Throwable defect() {
        return defect;
    }

    /** Lets something happen that does not wait. */
    Event after(long micros, @Nullable Host host, Runnable action) {
        return add(micros, new Event(host, action, Kind.ANYWHERE, null, 0));
    }

    /** Lets something happen that may wait. */
    void start(long micros, Host host, Runnable action) {
        add(micros, new Event(host, action, Kind.STRAND, null, 0));
    }

    void startWriter(long micros, Host host, Runnable action) {
        add(micros, new Event(host, action, Kind.WRITER, null, 0));
    }

    private Event add(long micros, Event event) {
        event.due = now + micros;
        event.number = numbers++;
        events.add(event);
        return event;
    }

    private void wake(long micros, Strand strand, long turn) {
        add(micros, new Event(strand.host, null, Kind.ANYWHERE, strand, turn));
    }

    // --- for the strand that has the baton --------------------------------------------------------------------------

    /** The host of the calling strand. */
    static Host here() {
        return ((Strand) Thread.currentThread()).host;
    }

    void pause(long micros) {
        if (micros > 0) {
            Strand strand = (Strand) Thread.currentThread();
            wake(micros, strand, strand.turn);
            strand.await();
        }
    }

    /** Pauses, but no longer than some time after it is disturbed; true if it was. */
    boolean sleep(long micros, BooleanSupplier disturbed, long reaction) {
        Strand strand = (Strand) Thread.currentThread();
        Sleep sleep = new Sleep(strand, strand.turn, disturbed, reaction);
        sleeps.add(sleep);
        try {
            pause(micros);
        } finally {
            sleeps.remove(sleep);
        }
        return disturbed.getAsBoolean();
    }

    boolean await(CompletableFuture<?> event, Duration limit) {
        if (event.isDone()) {
            return true;
        }
        Strand strand = (Strand) Thread.currentThread();
        long turn = strand.turn;
        var unused = event.whenComplete((result, failure) -> wake(0, strand, turn));
        if (limit.compareTo(ProcessTime.FOREVER) < 0) {
            wake(Math.max(1, limit.toNanos() / 1_000), strand, turn);
        }
        strand.await();
        return event.isDone();
    }

    /** Whether something is executed on the stack of a strand that waits. */
    boolean isInBetween() {
        return inBetween;
    }

    // --- what happens to hosts --------------------------------------------------------------------------------------

    /** Whatever is to happen on the host happens later. */
    void suspend(Host host, long micros) {
        host.suspendedUntil = Math.max(host.suspendedUntil, now + micros);
        note(() -> host + " is suspended until " + host.suspendedUntil / 1_000 + " ms");
    }

    /** Nothing happens on the host any more; its strands are unwound. */
    void kill(Host host) {
        host.dead = true;
        note(() -> host + " dies");
        for (Strand strand : waiting) {
            if (strand.host.equals(host)) {
                wake(0, strand, strand.turn);
            }
        }
    }

    // --- the run of events ------------------------------------------------------------------------------------------

    /** Nothing happens any more from now on. */
    void stop() {
        stopped = true;
    }

    /** Lets events happen until there are none, or it is stopped. */
    void run() {
        stopped = false;
        over = false;
        hand(free(Kind.STRAND));
        while (!over) {
            LockSupport.park(this);
        }
    }

    /** Kills whoever is left, so that no thread stays behind. */
    void unwind() {
        Set<Host> hosts = new LinkedHashSet<>();
        waiting.forEach(strand -> hosts.add(strand.host));
        hosts.forEach(this::kill);
        events.removeIf(event -> event.woken == null);
        run();
    }

    private Strand free(Kind kind) {
        Strand strand = idle(kind).poll();
        if (strand == null) {
            strand = new Strand(kind);
            strand.start();
        }
        strand.time = this;
        return strand;
    }

    private static Deque<Strand> idle(Kind kind) {
        return kind == Kind.WRITER ? IDLE_WRITERS : IDLE;
    }

    private void handOver(Event event) {
        Strand strand = event.woken;
        if (strand == null) {
            strand = free(event.kind);
            strand.first = event;
        }
        hand(strand);
    }

    private static void hand(Strand strand) {
        strand.baton = true;
        LockSupport.unpark(strand);
    }

    private void handToOwner() {
        over = true;
        LockSupport.unpark(owner);
    }

    private @Nullable Event next() {
        disturbSleepers();
        while (!stopped) {
            Event event = events.poll();
            if (event == null) {
                return null;
            }
            now = Math.max(now, event.due);
            if (isToHappen(event)) {
                return event;
            }
        }
        return null;
    }

    private boolean isToHappen(Event event) {
        if (event.cancelled || (event.woken != null && event.woken.turn != event.turn)) {
            return false;
        }
        Host host = event.host;
        if (host == null) {
            return true;
        }
        if (host.dead) {
            return event.woken != null;
        }
        if (host.suspendedUntil > now) {
            event.due = host.suspendedUntil;
            events.add(event);
            return false;
        }
        return true;
    }

    private void disturbSleepers() {
        for (int i = sleeps.size() - 1; i >= 0; i--) {
            Sleep sleep = sleeps.get(i);
            if (sleep.disturbed.getAsBoolean()) {
                sleeps.remove(i);
                wake(sleep.reaction, sleep.strand, sleep.turn);
            }
        }
    }

    private void execute(Event event) {
        try {
            event.action.run();
        } catch (Killed unwound) {
            // As planned.
        } catch (RuntimeException | Error failure) {
            defect = failure;
            stopped = true;
        }
    }

    /** A thread that is used for one strand after the other. */
    private static final class Strand extends Thread {
        private static final Host NOBODY = new Host();

        private final Kind kind;
        private volatile boolean baton;
        private VirtualTime time;
        private @Nullable Event first;
        private Host host = NOBODY;
        private long turn;

        Strand(Kind kind) {
            super("strand");
            this.kind = kind;
            setDaemon(true);
        }

        @Override
        public void run() {
            while (true) {
                awaitBaton();
                drive();
            }
        }

        /** An interrupt would keep the thread from being parked; it is for code that asks its context. */
        private void awaitBaton() {
            while (!baton) {
                Thread.interrupted();
                LockSupport.park(this);
            }
            baton = false;
            Thread.interrupted();
        }

        /** Lets events happen until it is another thread's turn. */
        private void drive() {
            Event event = first == null ? time.next() : first;
            first = null;
            while (event != null && event.woken == null && (event.kind == kind || event.kind == Kind.ANYWHERE)) {
                host = event.host == null ? NOBODY : event.host;
                Thread.interrupted();
                time.execute(event);
                turn++;
                host = NOBODY;
                event = time.next();
            }
            idle(kind).push(this);
            if (event == null) {
                time.handToOwner();
            } else {
                time.handOver(event);
            }
        }

        /** Lets events happen until it is this strand's turn. */
        private void await() {
            if (host.dead) {
                throw new Killed();
            }
            if (time.inBetween) {
                throw new IllegalStateException("what was said not to wait waits");
            }
            time.waiting.add(this);
            Event event = time.next();
            while (event != null && event.woken == null && event.kind == Kind.ANYWHERE) {
                time.inBetween = true;
                time.execute(event);
                time.inBetween = false;
                event = time.next();
            }
            if (event == null) {
                time.handToOwner();
                awaitBaton();
            } else if (event.woken != this) {
                time.handOver(event);
                awaitBaton();
            }
            turn++;
            time.waiting.remove(this);
            if (host.dead) {
                throw new Killed();
            }
        }
    }
}
