package dev.kalends.archive.iceberg;

import dev.kalends.archive.manifest.Manifest;

/// Says what lies at the location of an archived partition.
@FunctionalInterface
public interface Manifests {
    Manifest at(String location);
}
