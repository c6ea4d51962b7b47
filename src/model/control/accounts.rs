//! Making accounts, and whom they trust (S24). What they owe is in `arrears`.

use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::name::Name;
use crate::model::network::Network;

impl Network {
    /// The account called `name`, made if it is new.
    pub fn account_named(&mut self, name: &Name) -> AccountId {
        if let Some(known) = self.find_account(name.as_str()) {
            return known;
        }
        let id = AccountId(self.accounts.len() as u32);
        self.accounts.push(Account { name: name.clone(), trusts: None, vpcs: Vec::new(), arrears: None });
        self.account_names.insert(name.clone(), id);
        id
    }

    /// From now on `account` trusts only `trusted`: accepting a peering from any other account gets a remark (S24).
    pub fn set_trusted(&mut self, account: AccountId, trusted: Vec<AccountId>) {
        self.accounts[account.index()].trusts = Some(trusted);
    }
}
