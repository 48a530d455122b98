package dev.kalends.analyze;

/// One thing found.
///
/// @param topic a word to sort by: key, statements, references, disk, locks, …
/// @param text what is so, with names and numbers
/// @param remedy what to do about it; empty if nothing has to be done
public record Finding(Weight weight, String topic, String text, String remedy) {
    /// What a finding means for a conversion, the least first.
    public enum Weight {
        /// Good to know.
        NOTE,
        /// Something will be different for the application, or has to be looked after first.
        CHANGE,
        /// A conversion would be refused.
        REFUSAL
    }

    static Finding note(String topic, String text) {
        return new Finding(Weight.NOTE, topic, text, "");
    }

    static Finding note(String topic, String text, String remedy) {
        return new Finding(Weight.NOTE, topic, text, remedy);
    }

    static Finding change(String topic, String text, String remedy) {
        return new Finding(Weight.CHANGE, topic, text, remedy);
    }

    static Finding refusal(String topic, String text, String remedy) {
        return new Finding(Weight.REFUSAL, topic, text, remedy);
    }
}
