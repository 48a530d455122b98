/// What a partition key means: types, and bounds as the server writes them.
@NullMarked
package dev.kalends.key;

import org.jspecify.annotations.NullMarked;
