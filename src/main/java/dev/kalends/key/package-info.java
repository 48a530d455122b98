/// What a partition key means: its types and formats, and bounds as the server writes them.
@NullMarked
package dev.kalends.key;

import org.jspecify.annotations.NullMarked;
