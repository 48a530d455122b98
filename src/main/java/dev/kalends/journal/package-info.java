/// The durable record of migrations, in the target's own schema `kalends`.
@NullMarked
package dev.kalends.journal;

import org.jspecify.annotations.NullMarked;
