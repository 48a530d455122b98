/// Encrypts files before they leave for a store, each archive by a key of its own, and opens them.
@NullMarked
package dev.kalends.archive.seal;

import org.jspecify.annotations.NullMarked;
