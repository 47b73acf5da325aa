@client @site
Feature: Tokens at the edge of the documents
  No document says how exactly times are kept, or what holds when a header and a token speak of two instances.
  Either way of a target is right, as long as it stays with it.

  @DM-AUTH-010 @clock
  Scenario: A token that has just expired
    When the instances are listed with a token that expired 30 seconds ago
    Then the answer follows the reading "token.just_expired.http"

  @DM-AUTH-011
  Scenario: A token that is made in the future
    When the instances are listed with a token that is made in 60 minutes
    Then the answer follows the reading "token.future_iat.http"

  @DM-AUTH-A07
  Scenario: A header that names another instance than the session's
    Given an instance of account "ACME"
    And a session
    When the session is read with a client token whose header names another of its instances
    Then the answer follows the reading "token.header_not_of_session.http"

  @DM-AUTH-A07
  Scenario: A header that names another instance than the body
    Given an instance of account "ACME"
    When a session is opened with a client token whose header names another of its instances
    Then the answer follows the reading "token.header_not_of_body.http"

  @DM-AUTH-A07
  Scenario: A header beside an administration token
    Given an instance of account "ACME"
    And a session
    When the session is read with an administration token whose header names another instance
    Then the answer follows the reading "token.administration_header.http"
