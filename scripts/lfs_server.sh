# A server of git's large files (LFS) for tests: giftless, from the Python package index, in an environment of its own. Sourced.

LFS_SERVER_VERSION=0.6.2
# What it needs, without its cloud storages. PyJWT 2.10 and later refuse its tokens.
LFS_SERVER_PACKAGES=("giftless==$LFS_SERVER_VERSION" Flask==3.0.3 Flask-Classful==0.16.0 flask-marshmallow==1.4.0 marshmallow==3.26.2
	marshmallow-enum==1.5.1 webargs==8.7.1 figcan==0.0.4 PyJWT==2.9.0 PyYAML==6.0.3 python-dateutil==2.9.0.post0
	python-dotenv==1.2.1 cachetools==5.5.2 cryptography==45.0.7 typing_extensions==4.15.0)

lfs_server() { echo "$CACHE/lfs-server/$LFS_SERVER_VERSION/bin/flask"; }

# What it reads from the file that GIFTLESS_CONFIG_FILE names: everybody may read and write.
lfs_configuration() { # FOLDER-OF-OBJECTS
	cat <<-END
		AUTH_PROVIDERS: [giftless.auth.allow_anon:read_write]
		TRANSFER_ADAPTERS:
		  basic:
		    factory: giftless.transfer.basic_streaming:factory
		    options:
		      storage_class: giftless.storage.local_storage:LocalStorage
		      storage_options: {path: $1}
		PRE_AUTHORIZED_ACTION_PROVIDER:
		  options: {algorithm: HS256, private_key: a-key-of-the-tests-that-is-long-enough}
		LEGACY_ENDPOINTS: false
	END
}

make_lfs_server() {
	local folder
	folder=$(dirname "$(dirname "$(lfs_server)")")
	rm -rf "$folder"
	python3 -m venv "$folder"
	# The program is what says that all is there.
	"$folder/bin/pip" install --quiet --no-deps "${LFS_SERVER_PACKAGES[@]}" Werkzeug==3.1.3 Jinja2==3.1.6 itsdangerous==2.2.0 click==8.1.8 \
		blinker==1.9.0 MarkupSafe==3.0.2 packaging==25.0 six==1.17.0 cffi==1.17.1 pycparser==2.22 || {
		rm -rf "$folder"
		return 1
	}
}

# A machine that does not reach the index goes on without: the tests say what they leave out.
need_lfs_server() {
	[[ -x $(lfs_server) ]] && return
	steps 1
	step "LFS server" make_lfs_server || say "without an LFS server: its tests say that they are left out"
}
