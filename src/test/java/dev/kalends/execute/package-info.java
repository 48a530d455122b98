/// What every run does, whatever it carries out, on real servers.
@NullMarked
package dev.kalends.execute;

import org.jspecify.annotations.NullMarked;
