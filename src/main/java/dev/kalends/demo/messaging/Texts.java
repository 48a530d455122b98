package dev.kalends.demo.messaging;

import java.util.List;
import java.util.SplittableRandom;

/// What members and churches write to one another.
final class Texts {
    private static final List<String> PHRASES =
            List.of(
                    "Good morning!",
                    "Will you be at the service on Sunday?",
                    "Thank you so much for your prayers.",
                    "The youth group meets at 7 pm in the hall.",
                    "Can you bring the guitar?",
                    "See you there 🙏",
                    "Could somebody give me a lift?",
                    "We'd love to have you with us.",
                    "Reply STOP to unsubscribe.",
                    "Choir practice is moved to Thursday.",
                    "Yes",
                    "No, sorry, I'm away until next week.",
                    "The food bank needs 12 more volunteers this Saturday 🥫",
                    "My mother is in hospital; please pray for her ❤️",
                    "Parking is behind the building.",
                    "Is there child care?",
                    "Bible study: Luke 15,\nroom 3.",
                    "Backslash \\ and\ttab, as phones send them.",
                    "¡Gracias! Nos vemos el domingo.",
                    "Danke schön, bis später.",
                    "👍",
                    "The sermon is online now: https://example.org/sermons/latest");

    private static final String ALPHABET =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static final int PHRASES_MAX = 7;
    private static final int LONG_LENGTH_MIN = 8_500;
    private static final int LONG_LENGTH_MAX = 12_000;

    private Texts() {}

    /// About 100 bytes.
    static String message(SplittableRandom random) {
        StringBuilder text = new StringBuilder(128);
        int count = 1 + random.nextInt(PHRASES_MAX);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                text.append(' ');
            }
            text.append(PHRASES.get(random.nextInt(PHRASES.size())));
        }
        return text.toString();
    }

    /// Over 8 kB that hardly compress, so that PostgreSQL stores them out of line.
    static String longMessage(SplittableRandom random) {
        int length = random.nextInt(LONG_LENGTH_MIN, LONG_LENGTH_MAX);
        StringBuilder text = new StringBuilder(length + 10);
        while (text.length() < length) {
            long bits = random.nextLong();
            for (int i = 0; i < 10; i++) {
                text.append(ALPHABET.charAt((int) (bits & 63)));
                bits >>>= 6;
            }
        }
        return text.toString();
    }
}
