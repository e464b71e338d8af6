-- What a version's module was made from, if it was not uploaded itself.
ALTER TABLE function_version ADD COLUMN source BLOB;
