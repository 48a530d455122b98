package dev.kalends.failure;

import org.jspecify.annotations.Nullable;

/// A failure as the user reads it: what happened, what state things are in, what to do next.
public final class KalendsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;
    private final String what;
    private final String state;
    private final String next;

    public KalendsException(FailureCode code, String what, String state, String next) {
        this(code, what, state, next, null);
    }

    public KalendsException(
            FailureCode code, String what, String state, String next, @Nullable Throwable cause) {
        super("%s: %s%nState: %s%nNext: %s".formatted(code, what, state, next), cause);
        this.code = code;
        this.what = what;
        this.state = state;
        this.next = next;
    }

    public FailureCode code() {
        return code;
    }

    public String what() {
        return what;
    }

    public String state() {
        return state;
    }

    public String next() {
        return next;
    }
}
