// GoogleSQL as BigQuery has it: what of the language is on, which options of tables exist.
"use strict";

// By BigQuery's reference (https://cloud.google.com/bigquery/docs/reference/standard-sql); what is
// not named here is not BigQuery's, and the analyzer refuses it.
const FEATURES = `
ALTER_COLUMN_SET_DATA_TYPE ALTER_TABLE_RENAME_COLUMN ALTER_VIEWS_ALTER_COLUMN_SET_OPTIONS
ANALYTIC_FUNCTIONS BIGNUMERIC_TYPE CBRT_FUNCTIONS CREATE_AGGREGATE_FUNCTION
CREATE_MATERIALIZED_VIEW_CLUSTER_BY CREATE_MATERIALIZED_VIEW_PARTITION_BY CREATE_SNAPSHOT_TABLE
CREATE_TABLE_AS_SELECT_COLUMN_LIST CREATE_TABLE_CLONE CREATE_TABLE_CLUSTER_BY CREATE_TABLE_COPY
CREATE_TABLE_FIELD_ANNOTATIONS CREATE_TABLE_FUNCTION CREATE_TABLE_LIKE CREATE_TABLE_NOT_NULL
CREATE_TABLE_PARTITION_BY CREATE_VIEWS_WITH_COLUMN_OPTIONS CREATE_VIEW_WITH_COLUMN_LIST
DISABLE_ARRAY_MIN_AND_MAX DISABLE_ARRAY_SUM_AND_AVG DML_UPDATE_WITH_JOIN FOREIGN_KEYS
FUNCTION_ARGUMENTS_WITH_DEFAULTS GEOGRAPHY GROUP_BY_ROLLUP INTERVAL_TYPE INVERSE_TRIG_FUNCTIONS
JSON_ARRAY_FUNCTIONS JSON_CONSTRUCTOR_FUNCTIONS JSON_LAX_VALUE_EXTRACTION_FUNCTIONS
JSON_MUTATOR_FUNCTIONS JSON_TYPE JSON_VALUE_EXTRACTION_FUNCTIONS NAMED_ARGUMENTS NUMERIC_TYPE
PARAMETERIZED_TYPES RANGE_TYPE ROUND_WITH_ROUNDING_MODE TABLESAMPLE TEMPLATE_FUNCTIONS
TIME_BUCKET_FUNCTIONS UNENFORCED_PRIMARY_KEYS V_1_1_CAST_DIFFERENT_ARRAY_TYPES
V_1_1_FOR_SYSTEM_TIME_AS_OF V_1_1_HAVING_IN_AGGREGATE V_1_1_LIMIT_IN_AGGREGATE
V_1_1_NULL_HANDLING_MODIFIER_IN_AGGREGATE V_1_1_NULL_HANDLING_MODIFIER_IN_ANALYTIC
V_1_1_ORDER_BY_IN_AGGREGATE V_1_1_SELECT_STAR_EXCEPT_REPLACE V_1_1_WITH_ON_SUBQUERY V_1_2_CIVIL_TIME
V_1_2_GROUP_BY_ARRAY V_1_2_GROUP_BY_STRUCT V_1_2_SAFE_FUNCTION_CALL V_1_2_WEEK_WITH_WEEKDAY
V_1_3_ADDITIONAL_STRING_FUNCTIONS V_1_3_ALLOW_CONSECUTIVE_ON V_1_3_ALLOW_DASHES_IN_TABLE_NAME
V_1_3_ALLOW_REGEXP_EXTRACT_OPTIONALS V_1_3_ANNOTATION_FRAMEWORK V_1_3_CASE_STMT
V_1_3_COLLATION_SUPPORT V_1_3_COLUMN_DEFAULT_VALUE V_1_3_CONCAT_MIXED_TYPES V_1_3_DATE_ARITHMETICS
V_1_3_DATE_TIME_CONSTRUCTORS V_1_3_DECIMAL_ALIAS V_1_3_EXTENDED_DATE_TIME_SIGNATURES
V_1_3_EXTENDED_GEOGRAPHY_PARSERS V_1_3_FORMAT_IN_CAST V_1_3_FOR_IN V_1_3_IS_DISTINCT
V_1_3_LIKE_ANY_SOME_ALL V_1_3_NULLS_FIRST_LAST_IN_ORDER_BY V_1_3_OMIT_INSERT_COLUMN_LIST V_1_3_PIVOT
V_1_3_QUALIFY V_1_3_REPEAT V_1_3_SCRIPT_LABEL V_1_3_TYPEOF_FUNCTION V_1_3_UNPIVOT
V_1_3_WITH_RECURSIVE V_1_4_CORRESPONDING V_1_4_GROUPING_BUILTIN V_1_4_GROUPING_SETS
V_1_4_LIKE_ANY_SOME_ALL_SUBQUERY V_1_4_SINGLE_TABLE_NAME_ARRAY_PATH V_1_4_WITH_EXPRESSION
`;

const scalar = (kind) => ({ type_kind: `TYPE_${kind}` });
const array = (of) => ({ type_kind: "TYPE_ARRAY", array_type: { element_type: of } });
const struct = (...fields) => ({
  type_kind: "TYPE_STRUCT",
  struct_type: { field: fields.map((field_type) => ({ field_name: "", field_type })) },
});
const pairs = array(struct(scalar("STRING"), scalar("STRING")));

// Of tables, columns, views, materialized views and datasets
// (https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language).
const OPTIONS = {
  allow_non_incremental_definition: scalar("BOOL"),
  default_collation: scalar("STRING"),
  default_kms_key_name: scalar("STRING"),
  default_partition_expiration_days: scalar("DOUBLE"),
  default_rounding_mode: scalar("STRING"),
  default_table_expiration_days: scalar("DOUBLE"),
  description: scalar("STRING"),
  enable_change_history: scalar("BOOL"),
  enable_refresh: scalar("BOOL"),
  entry_point: scalar("STRING"),
  expiration_timestamp: scalar("TIMESTAMP"),
  friendly_name: scalar("STRING"),
  is_case_insensitive: scalar("BOOL"),
  kms_key_name: scalar("STRING"),
  labels: pairs,
  location: scalar("STRING"),
  max_staleness: scalar("INTERVAL"),
  max_time_travel_hours: scalar("INT64"),
  packages: array(scalar("STRING")),
  partition_expiration_days: scalar("DOUBLE"),
  policy_tags: array(scalar("STRING")),
  privacy_policy: scalar("STRING"),
  refresh_interval_minutes: scalar("DOUBLE"),
  require_partition_filter: scalar("BOOL"),
  rounding_mode: scalar("STRING"),
  runtime_version: scalar("STRING"),
  storage_billing_model: scalar("STRING"),
  tags: pairs,
};

let language;

function parserOptions() {
  language ??= {
    product_mode: "PRODUCT_EXTERNAL",
    name_resolution_mode: "NAME_RESOLUTION_DEFAULT",
    enabled_language_features: FEATURES.trim().split(/\s+/).map((name) => `FEATURE_${name}`),
    reserved_keywords: ["QUALIFY"],
  };
  return language;
}

let analyzer;

/** @param statements the kinds of statements that exist */
function analyzerOptions(statements) {
  analyzer ??= {
    language_options: { ...parserOptions(), supported_statement_kinds: statements },
    default_timezone: "UTC",
    error_message_mode: "ERROR_MESSAGE_ONE_LINE",
    // The partitions of a table by ingestion time.
    ddl_pseudo_columns: [
      { name: "_PARTITIONTIME", type: scalar("TIMESTAMP") },
      { name: "_PARTITIONDATE", type: scalar("DATE") },
    ],
    allowed_hints_and_options: {
      disallow_unknown_options: true,
      disallow_duplicate_option_names: true,
      option: Object.entries(OPTIONS).map(([name, type]) => ({ name, type })),
    },
  };
  return analyzer;
}

module.exports = { analyzerOptions, parserOptions };
