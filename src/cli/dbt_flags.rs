//! Flags of dbt's about things that are not here, taken so that scripts go on working.

use clap::Args;

/// Taken, and without an effect: there is no parser with a cache, no log file, nothing is sent, and
/// the warehouse is asked only for what is needed anyway.
#[derive(Clone, Debug, Default, Args)]
pub struct DbtFlags {
    #[arg(long, global = true, hide = true, overrides_with = "no_partial_parse")]
    partial_parse: bool,
    #[arg(long, global = true, hide = true)]
    no_partial_parse: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_static_parser")]
    static_parser: bool,
    #[arg(long, global = true, hide = true)]
    no_static_parser: bool,
    #[arg(long, global = true, hide = true)]
    no_use_experimental_parser: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_send_anonymous_usage_stats")]
    send_anonymous_usage_stats: bool,
    #[arg(long, global = true, hide = true)]
    no_send_anonymous_usage_stats: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_populate_cache")]
    populate_cache: bool,
    #[arg(long, global = true, hide = true)]
    no_populate_cache: bool,
    #[arg(long, global = true, hide = true, overrides_with = "no_cache_selected_only")]
    cache_selected_only: bool,
    #[arg(long, global = true, hide = true)]
    no_cache_selected_only: bool,
    #[arg(long, global = true, hide = true)]
    version_check: bool,
    #[arg(long, global = true, hide = true)]
    write_json: bool,
    #[arg(long, global = true, hide = true)]
    print: bool,
    #[arg(long, global = true, hide = true)]
    no_full_refresh: bool,
    #[arg(long, global = true, hide = true)]
    no_warn_error: bool,
    #[arg(long, short = 'd', global = true, hide = true)]
    debug: bool,
    #[arg(long, global = true, hide = true)]
    use_colors_file: bool,
    #[arg(long, global = true, hide = true)]
    no_use_colors_file: bool,
    #[arg(long, global = true, hide = true, value_name = "N")]
    printer_width: Option<u16>,
    #[arg(long, global = true, hide = true, env = "DBT_LOG_PATH", value_name = "DIR")]
    log_path: Option<String>,
    #[arg(long, global = true, hide = true, value_name = "FORMAT")]
    log_format_file: Option<String>,
    #[arg(long, global = true, hide = true, value_name = "LEVEL")]
    log_level_file: Option<String>,
}
