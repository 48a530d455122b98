/// Commands, output, progress, exit codes.
@NullMarked
package dev.kalends.cli;

import org.jspecify.annotations.NullMarked;
