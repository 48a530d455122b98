package dev.kalends.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/// A [ServerTest] whose matter does not depend on the version, or takes long: it runs on the oldest
/// and the newest version under test.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(TestServers.FreshDatabasesAtTheEnds.class)
public @interface OldestAndNewest {}
