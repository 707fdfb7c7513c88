"""Floor 3: plumbing of a web service, without a word of the domain.

app         the application factory, its security headers, its server
settings    what every service is configured with
database    the sync engine on SQLite or PostgreSQL, transactions, column types
migrating   Alembic without its folder of set-up
problems    errors as pages, RFC 9457 problems or OAuth bodies
fetching    the one way out: an HTTP client that connects to the address it checked
rendering   templates and what they can call; i18n, markdown, qr, csrf
sessions, one_time_links, passkeys, mail, limits   how people come in
pictures, uploads, csv_export                      files in and out
logging     structured lines without secrets
"""
