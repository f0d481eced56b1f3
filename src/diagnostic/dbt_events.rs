//! dbt's names of warnings, and the codes that tell the same here.

/// A warning that dbt knows, with the codes of the same here: none where there is nothing like it.
pub(super) struct DbtEvent {
    pub name: &'static str,
    /// Whether it is among dbt's `Deprecations`.
    pub is_deprecation: bool,
    pub codes: &'static [&'static str],
}

const fn warning(name: &'static str, codes: &'static [&'static str]) -> DbtEvent {
    DbtEvent { name, is_deprecation: false, codes }
}

const fn deprecation(name: &'static str, codes: &'static [&'static str]) -> DbtEvent {
    DbtEvent { name, is_deprecation: true, codes }
}

/// Those of dbt 1.12 that a project's own text can bring about
/// (<https://docs.getdbt.com/reference/global-configs/warnings>).
pub(super) const EVENTS: [DbtEvent; 77] = [
    warning("AdapterEventWarning", &[]),
    warning("CatalogGenerationError", &[]),
    warning("ConstraintNotEnforced", &["unenforced-constraint"]),
    warning("ConstraintNotSupported", &["unenforced-constraint"]),
    warning("DeprecatedModel", &["deprecated-model"]),
    warning("DeprecatedReference", &["deprecated-reference"]),
    warning("DepsScrubbedPackageName", &[]),
    warning("DepsUnpinned", &[]),
    warning("FreshnessConfigProblem", &[]),
    warning("InvalidConcurrentBatchesConfig", &[]),
    warning("InvalidMacroAnnotation", &[]),
    warning("InvalidValueForField", &[]),
    warning("JinjaLogWarning", &["template-warning"]),
    warning("LogTestResult", &["test-failed"]),
    warning("MFConverterIssue", &[]),
    warning("MacroNotFoundForPatch", &["properties-without-macro"]),
    warning("MicrobatchModelNoEventTimeInputs", &[]),
    warning("NoNodeForYamlKey", &["properties-without-node"]),
    warning("NoNodesForSelectionCriteria", &["selector-matches-nothing"]),
    warning("NoNodesSelected", &[]),
    warning("NodeNotFoundOrDisabled", &["unknown-ref", "unknown-source"]),
    warning("NothingToDo", &[]),
    warning("PackageNodeDependsOnRootProjectNode", &[]),
    warning("RunResultWarning", &[]),
    warning("RunResultWarningMessage", &[]),
    warning("SeedExceedsLimitAndPathChanged", &[]),
    warning("SeedExceedsLimitChecksumChanged", &[]),
    warning("SeedExceedsLimitSamePath", &[]),
    warning("SeedIncreased", &[]),
    warning("SelectExcludeIgnoredWithSelectorWarning", &[]),
    warning("SemanticValidationFailure", &[]),
    warning("SnapshotTimestampWarning", &[]),
    warning("UnsupportedConstraintMaterialization", &[]),
    warning("UnusedResourceConfigPath", &["unused-config-path"]),
    warning("UnusedTables", &["unused-source-override"]),
    warning("UnversionedBreakingChange", &[]),
    warning("UpcomingReferenceDeprecation", &["upcoming-reference-deprecation"]),
    warning("ValidationWarning", &[]),
    warning("WarnStateTargetEqual", &[]),
    warning("WrongResourceSchemaFile", &[]),
    deprecation("AdapterDeprecationWarning", &[]),
    deprecation("ArgumentsPropertyInGenericTestDeprecation", &[]),
    deprecation("BehaviorChangeEvent", &[]),
    deprecation("CollectFreshnessReturnSignature", &[]),
    deprecation("ConfigDataPathDeprecation", &["renamed-key"]),
    deprecation("ConfigLogPathDeprecation", &[]),
    deprecation("ConfigSourcePathDeprecation", &["renamed-key"]),
    deprecation("ConfigTargetPathDeprecation", &[]),
    deprecation("CustomKeyInConfigDeprecation", &["misspelt-config"]),
    deprecation("CustomKeyInObjectDeprecation", &["unknown-key"]),
    deprecation("CustomOutputPathInSourceFreshnessDeprecation", &[]),
    deprecation("CustomTopLevelKeyDeprecation", &["unknown-section"]),
    deprecation("DuplicateNameDistinctNodeTypesDeprecation", &["duplicate-name"]),
    deprecation("DuplicateYAMLKeysDeprecation", &["yaml-duplicate-key"]),
    deprecation("EnvironmentVariableNamespaceDeprecation", &[]),
    deprecation("EnvironmentVariableRenamed", &[]),
    deprecation("ExposureNameDeprecation", &[]),
    deprecation("GenerateSchemaNameNullValueDeprecation", &[]),
    deprecation("GenericJSONSchemaValidationDeprecation", &[]),
    deprecation("GenericSemanticLayerDeprecation", &[]),
    deprecation("GetMetaKeyWarning", &[]),
    deprecation("MicrobatchMacroOutsideOfBatchesDeprecation", &[]),
    deprecation("MissingArgumentsPropertyInGenericTestDeprecation", &[]),
    deprecation("MissingPlusPrefixDeprecation", &[]),
    deprecation("ModelParamUsageDeprecation", &[]),
    deprecation("ModulesItertoolsUsageDeprecation", &[]),
    deprecation("PackageInstallPathDeprecation", &[]),
    deprecation("PackageMaterializationOverrideDeprecation", &[]),
    deprecation("PackageRedirectDeprecation", &[]),
    deprecation("ProjectFlagsMovedDeprecation", &[]),
    deprecation("PropertyMovedToConfigDeprecation", &[]),
    deprecation("ResourceNamesWithSpacesDeprecation", &[]),
    deprecation("SourceFreshnessProjectHooksNotRun", &[]),
    deprecation("SourceOverrideDeprecation", &[]),
    deprecation("TestsConfigDeprecation", &[]),
    deprecation("UnexpectedJinjaBlockDeprecation", &[]),
    deprecation("WEOIncludeExcludeDeprecation", &[]),
];
