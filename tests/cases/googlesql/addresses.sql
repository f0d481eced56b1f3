select
  net.ip_to_string(net.ip_trunc(net.ip_from_string('192.168.77.5'), 20)) as network,
  net.ip_to_string(net.ip_from_string('2001:db8:0:0:0:0:0:1')) as shortest,
  net.ipv4_to_int64(net.ip_net_mask(4, 8)) as mask,
  net.ip_to_string(net.ipv4_from_int64(-1)) as last,
  net.safe_ip_from_string('192.168.1') as no_address,
  bit_count(b'\xff\x01') as bits,
  generate_array(numeric '0', 0.3, 0.1) as exact_steps,
  round(numeric '2.5', 0, 'ROUND_HALF_EVEN') as even,
  safe.array_first(array(select x from unnest([7]) as x where x > 8)) as nothing
