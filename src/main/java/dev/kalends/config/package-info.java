/// Reads and checks what the user wants, and reports every problem at once.
@NullMarked
package dev.kalends.config;

import org.jspecify.annotations.NullMarked;
