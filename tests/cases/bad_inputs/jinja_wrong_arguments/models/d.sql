select {{ env_var(3) }}
