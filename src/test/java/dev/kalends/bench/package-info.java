/// Measures conversions of the messaging application's table against other ways to do them.
@NullMarked
package dev.kalends.bench;

import org.jspecify.annotations.NullMarked;
