@producer @site @one-version
Feature: Client keys
  Client applications sign with keys of their own. The producer hands them out and takes them back without touching
  the administration.

  @DM-AUTH-032
  Scenario: A saved client key opens its instance
    Given an instance of account "ACME"
    When the producer saves client key "app-1"
    Then the answer has status 200
    When the change of keys takes effect
    And the line items are listed with client key "app-1"
    Then the answer has status 200

  @DM-AUTH-032
  Scenario: A deleted client key no longer opens it
    Given an instance of account "ACME"
    When the producer saves client key "app-1"
    And the change of keys takes effect
    And the producer deletes client key "app-1"
    Then the answer has status 200
    When the change of keys takes effect
    And the line items are listed with client key "app-1"
    Then the answer has status 401

  @DM-AUTH-028
  Scenario: All client keys may go
    When the producer saves client key "app-1"
    And the producer deletes client key "app-1"
    Then the answer has status 200

  @DM-AUTH-032
  Scenario: A client key that was never saved cannot be deleted
    When the producer deletes client key "never-saved"
    Then the answer has status 404
