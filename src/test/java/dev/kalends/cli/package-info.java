/// The command line as users call it.
@NullMarked
package dev.kalends.cli;

import org.jspecify.annotations.NullMarked;
