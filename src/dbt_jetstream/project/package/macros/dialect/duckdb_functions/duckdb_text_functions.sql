{#- mozfun's functions over versions, operating systems and bit patterns of active days. -#}
{% macro duckdb_text_functions() -%}
create or replace macro main.mozfun_norm_extract_version(version, level) as
    cast(
        nullif(
            case level
                when 'major' then regexp_extract(version, '^([0-9]+)', 1)
                when 'minor' then regexp_extract(version, '^[0-9]+[.]([0-9]+)', 1)
                when 'patch' then regexp_extract(version, '^[0-9]+[.][0-9]+[.]([0-9]+)', 1)
            end,
            ''
        ) as decimal(38, 9)
    );

-- the dot between the numbers is any character, as in mozfun
create or replace macro main.mozfun_norm_truncate_version(version, level) as
    case level
        when 'major' then regexp_replace(version, '^([0-9]+).*', '\1')
        when 'minor' then regexp_replace(version, '^([0-9]+.[0-9]+).*', '\1')
        else version
    end;

create or replace macro main.mozfun_norm_os(os) as
    case
        when regexp_matches(os, '^(Windows|WINNT)') then 'Windows'
        when starts_with(os, 'Darwin') then 'Mac'
        when regexp_matches(os, 'Linux|BSD|SunOS|Solaris') then 'Linux'
        when regexp_matches(os, '^iOS|iPhone') then 'iOS'
        when starts_with(os, 'Android') then 'Android'
        else 'Other'
    end;

create or replace macro main.mozfun_norm_windows_version_info(os, os_version, build) as
    case
        when os = 'Windows_95' then 'Windows 95'
        when os = 'Windows_98' then 'Windows 98'
        when os != 'Windows_NT' then null
        when os_version = '4.0' then case when os = 'Windows_NT' then 'Windows NT 4.0' end
        when os_version = '5.0' then 'Windows 2000'
        when os_version in ('5.1', '5.2') then 'Windows XP'
        when os_version = '6.0' then 'Windows Vista'
        when os_version = '6.1' then 'Windows 7'
        when os_version = '6.2' then 'Windows 8'
        when os_version = '6.3' then 'Windows 8.1'
        when os_version = '10.0' and build >= 22000 then 'Windows 11'
        when os_version = '10.0' and build < 22000 then 'Windows 10'
    end;

-- the position of the lowest bit that is set, from 0; null where none is
create or replace macro main.mozfun_bits28_days_since_seen(bits) as
    cast(log2(nullif(bits & -bits, 0)) as bigint);
{%- endmacro %}
