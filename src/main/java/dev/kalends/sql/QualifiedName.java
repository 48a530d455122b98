package dev.kalends.sql;

/// A name with its schema. Kalends never relies on `search_path`.
public record QualifiedName(Identifier schema, Identifier name) implements SqlPart {
    public static QualifiedName of(String schema, String name) {
        return new QualifiedName(new Identifier(schema), new Identifier(name));
    }

    /// Another object of the same schema.
    public QualifiedName sibling(String other) {
        return new QualifiedName(schema, new Identifier(other));
    }

    /// The object of the same name in another schema.
    public QualifiedName in(Identifier otherSchema) {
        return new QualifiedName(otherSchema, name);
    }

    @Override
    public String render() {
        return schema.render() + "." + name.render();
    }

    /// As people write it: quoted where needed, with the schema.
    public String display() {
        return schema.display() + "." + name.display();
    }

    @Override
    public String toString() {
        return display();
    }
}
